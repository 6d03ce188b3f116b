package sim

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

func TestBytesArriveAtOnceWithoutFaults(t *testing.T) {
	f := newFixture(t, settings{})
	near, far := f.pair()
	if op := f.do(write(near, []byte("hello"))); op.N != 5 || op.Err != nil {
		t.Fatalf("write: %d, %v", op.N, op.Err)
	}
	vec := &backend.Op{Kind: backend.KindReadV, Handle: far, Vec: [][]byte{make([]byte, 2), nil, make([]byte, 9)}}
	f.do(vec)
	if got := string(vec.Vec[0]) + string(vec.Vec[2][:3]); vec.N != 5 || got != "hello" {
		t.Fatalf("scatter read: %d, %q, %v", vec.N, got, vec.Err)
	}
	if n, err := far.TryRead(make([]byte, 1)); n != 0 || err != backend.ErrWouldBlock {
		t.Fatalf("TryRead of nothing: %d, %v", n, err)
	}
	if n, err := near.TryWriteV([][]byte{[]byte("ab"), nil, []byte("c")}); n != 3 || err != nil {
		t.Fatalf("TryWriteV: %d, %v", n, err)
	}
	b := make([]byte, 9)
	if n, err := far.TryRead(b); string(b[:n]) != "abc" || err != nil {
		t.Fatalf("TryRead: %q, %v", b[:n], err)
	}
	if near.LocalAddr().String() != far.RemoteAddr().String() || near.RemoteAddr().String() != far.LocalAddr().String() {
		t.Errorf("addresses do not mirror: %v-%v, %v-%v", near.LocalAddr(), near.RemoteAddr(), far.LocalAddr(), far.RemoteAddr())
	}
}

func TestFullPipeMakesWritersWait(t *testing.T) {
	f := newFixture(t, settings{Faults: Faults{Buffer: 4}})
	near, far := f.pair()
	if op := f.do(write(near, []byte("abcdef"))); op.N != 4 {
		t.Fatalf("write into an empty pipe of 4: %d", op.N)
	}
	if _, err := near.TryWrite([]byte("e")); err != backend.ErrWouldBlock {
		t.Fatalf("TryWrite into a full pipe: %v", err)
	}
	op, done := f.begin(write(near, []byte("ef")))
	f.dispatch(0)
	if *done {
		t.Fatal("a write into a full pipe completed")
	}
	f.do(read(far, 3))
	f.until(func() bool { return *done })
	if op.N != 2 || op.Err != nil {
		t.Fatalf("the write that waited: %d, %v", op.N, op.Err)
	}
}

func TestSocketBuffersSizeThePipe(t *testing.T) {
	f := newFixture(t, settings{})
	l := f.listen("tcp", "127.0.0.1:0", &backend.SocketOptions{RecvBuffer: 5})
	connect := connectTo(l)
	connect.Connect().Socket = &backend.SocketOptions{SendBuffer: 7}
	near := f.do(connect).New
	if op := f.do(write(near, make([]byte, 100))); op.N != 12 {
		t.Fatalf("a pipe of 7+5 bytes took %d", op.N)
	}
}

func TestCloseIsSeenBehindTheData(t *testing.T) {
	f := newFixture(t, settings{})
	near, far := f.pair()
	f.do(write(near, []byte("last")))
	near.Close()
	if op := f.do(read(far, 9)); string(op.Buf[:op.N]) != "last" || op.Err != nil {
		t.Fatalf("read: %q, %v", op.Buf[:op.N], op.Err)
	}
	for range 2 {
		if op := f.do(read(far, 9)); op.N != 0 || op.Err != io.EOF {
			t.Fatalf("read at the end: %d, %v", op.N, op.Err)
		}
	}
	if _, err := far.TryRead(make([]byte, 1)); err != io.EOF {
		t.Fatalf("TryRead at the end: %v", err)
	}
	if op := f.do(write(far, []byte("x"))); !errors.Is(op.Err, backend.EPIPE) {
		t.Fatalf("write without a peer: %v", op.Err)
	}
}

func TestCloseWithUnreadDataResets(t *testing.T) {
	f := newFixture(t, settings{})
	near, far := f.pair()
	f.do(write(near, []byte("never read")))
	f.do(write(far, []byte("x")))
	far.Close()
	f.do(read(near, 9))
	var e *net.OpError
	if op := f.do(read(near, 9)); !errors.Is(op.Err, backend.ECONNRESET) || !errors.As(op.Err, &e) {
		t.Fatalf("read after the peer closed with data unread: %v", op.Err)
	}
}

func TestCloseCompletesWhatIsOutstanding(t *testing.T) {
	f := newFixture(t, settings{})
	near, far := f.pair()
	first, _ := f.begin(read(near, 9))
	second, done := f.begin(read(near, 9))
	near.Close()
	near.Close()
	f.until(func() bool { return *done })
	for _, op := range []*backend.Op{first, second, f.do(read(near, 9)), f.do(write(near, nil))} {
		if op.Err != backend.ErrHandleClosed || !errors.Is(op.Err, net.ErrClosed) {
			t.Errorf("operation on a closed handle: %v", op.Err)
		}
	}
	if _, err := near.TryRead(nil); err != backend.ErrHandleClosed {
		t.Errorf("TryRead on a closed handle: %v", err)
	}
	if op := f.do(read(far, 1)); op.Err != io.EOF {
		t.Errorf("the peer reads %v", op.Err)
	}
}

func TestTryDuringAnOutstandingOperationPanics(t *testing.T) {
	for _, direction := range []string{"read", "write"} {
		t.Run(direction, func(t *testing.T) {
			f := newFixture(t, settings{Faults: Faults{Buffer: 1}})
			near, _ := f.pair()
			defer func() {
				if recover() == nil {
					t.Error("it did not panic")
				}
			}()
			if direction == "read" {
				f.begin(read(near, 1))
				near.TryRead(make([]byte, 1))
			} else {
				f.begin(write(near, []byte("x"))) // completed already, but Wait has not returned it
				near.TryWrite([]byte("y"))
			}
		})
	}
}

func TestOperationsOfTheWrongKind(t *testing.T) {
	f := newFixture(t, settings{})
	near, _ := f.pair()
	l := f.listen("tcp", "127.0.0.1:0", nil)
	for _, op := range []*backend.Op{
		read(l, 1), write(l, nil), {Kind: backend.KindAccept, Handle: near}, {Kind: backend.KindRead},
	} {
		if f.do(op); op.Err != backend.ErrWrongHandle {
			t.Errorf("kind %d on %v: %v", op.Kind, op.Handle, op.Err)
		}
	}
}

func TestReadAndWriteAllocateNothing(t *testing.T) {
	f := newFixture(t, settings{})
	near, far := f.pair()
	out, in := write(near, make([]byte, 1000)), read(far, 1000)
	handler := func(*backend.Op) {}
	out.Owner, in.Owner = handler, handler
	allocs := testing.AllocsPerRun(1000, func() {
		f.Start(out)
		f.Start(in)
		f.dispatch(0)
	})
	if allocs != 0 {
		t.Errorf("%v allocations per write and read", allocs)
	}
}
