package conformance

import (
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// far is the end of a spin that something else ends.
const far = time.Hour

// spun returns what the spins of b complete, until there is something. It fails if b
// refuses to spin although nothing has completed.
func spun(t *testing.T, b backend.Backend) *backend.Op {
	t.Helper()
	for {
		list, paid := b.(backend.Spinner).Spin(b.Now() + far)
		if list == nil {
			list = b.Wait(0)
		}
		if list != nil {
			return list
		}
		if paid == backend.SpinRefused {
			t.Fatal("did not spin")
		}
	}
}

// streams connects two streams.
func streams(t *testing.T, b backend.Backend) (near, far backend.Handle) {
	t.Helper()
	ln, accept := opened(t, b)
	defer ln.Close()
	connect := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: ln.LocalAddr().String()}}
	b.Start(connect)
	collect(t, b, 2)
	if accept.Err != nil || connect.Err != nil {
		t.Fatal(accept.Err, connect.Err)
	}
	return accept.New, connect.New
}

// readOf starts a read of h, for which a spin may follow.
func readOf(b backend.Backend, h backend.Handle) *backend.Op {
	op := &backend.Op{Kind: backend.KindRead, Handle: h, Buf: make([]byte, 8)}
	b.(backend.Spinner).Spin(b.Now()) // an earlier one: some backends prepare for the next then
	b.Start(op)
	return op
}

// testSpin: a spin returns the read that was started last when its bytes come, and a
// Wait finds what a spin has not.
func testSpin(t *testing.T, b backend.Backend) {
	near, far := streams(t, b)
	for i := range 300 {
		read := readOf(b, near)
		write := func() {
			if n, err := far.TryWrite([]byte{byte(i)}); n != 1 || err != nil {
				t.Errorf("wrote %d: %v", n, err)
			}
		}
		var list *backend.Op
		switch i % 3 {
		case 0: // the bytes come during the spin
			go write()
			list = spun(t, b)
		case 1: // after a fruitless spin
			if list, paid := b.(backend.Spinner).Spin(b.Now()); list != nil || paid != backend.SpinFruitless {
				t.Fatalf("a spin without bytes: %v, %v", list, paid)
			}
			write()
			list = waited(b)
		default: // before the Wait that follows a fruitless spin has begun to wait
			b.(backend.Spinner).Spin(b.Now())
			go write()
			list = waited(b)
		}
		if list != read || list.Next != nil || read.N != 1 || read.Err != nil || read.Buf[0] != byte(i) {
			t.Fatalf("%d: handed back %v: %d bytes, %v", i, list, read.N, read.Err)
		}
	}
}

// waited waits until an operation has completed.
func waited(b backend.Backend) (list *backend.Op) {
	for list == nil {
		list = b.Wait(backend.NoDeadline)
	}
	return list
}

// testSpinEnds: Wake, a completion of another handle, a cancel and a close end a spin.
func testSpinEnds(t *testing.T, b backend.Backend) {
	near, peer := streams(t, b)
	other, otherPeer := streams(t, b)
	otherRead := readOf(b, other)
	read := readOf(b, near)
	go func() { _, _ = otherPeer.TryWrite([]byte("x")) }()
	if list := spun(t, b); list != otherRead || list.Err != nil {
		t.Errorf("another handle: %v, %v", list, list.Err)
	}
	go b.Cancel(read)
	if list := spun(t, b); list != read || read.Err != backend.ErrCanceled {
		t.Errorf("a cancel: %v", read.Err)
	}
	read = readOf(b, near)
	go near.Close()
	if list := spun(t, b); list != read || read.Err != backend.ErrHandleClosed {
		t.Errorf("a close: %v", read.Err)
	}
	if list, paid := b.(backend.Spinner).Spin(b.Now() + far); list != nil || paid != backend.SpinRefused {
		t.Errorf("without a read: %v, %v", list, paid)
	}
	peer.Close()
	read = readOf(b, other)
	go b.Wake()
	if list, _ := b.(backend.Spinner).Spin(b.Now() + far); list != nil {
		t.Fatalf("a Wake: %v", list)
	}
	b.Cancel(read)
	if list := waited(b); list != read {
		t.Errorf("after a Wake: %v", list)
	}
}

// testSpinAmongSeveral: spins find the reads of all connections, whichever was started
// last.
func testSpinAmongSeveral(t *testing.T, b backend.Backend) {
	near, far := streams(t, b)
	quiet, quietFar := streams(t, b)
	read := readOf(b, near)
	for i := range 200 {
		last := readOf(b, quiet)
		if n, err := far.TryWrite([]byte{byte(i)}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if list := spun(t, b); list != read || list.Next != nil || read.N != 1 || read.Buf[0] != byte(i) {
			t.Fatalf("%d: %v", i, list)
		}
		if n, err := quietFar.TryWrite([]byte{byte(i)}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if list := spun(t, b); list != last || list.Next != nil || last.N != 1 || last.Buf[0] != byte(i) {
			t.Fatalf("%d: the one that was started last: %v", i, list)
		}
		read = readOf(b, near)
	}
}

// testSpinThenClose: a handle that is closed after a fruitless spin takes nothing from the
// handle that gets its descriptor's number.
func testSpinThenClose(t *testing.T, b backend.Backend) {
	for range 20 {
		near, far := streams(t, b)
		read := readOf(b, near)
		b.(backend.Spinner).Spin(b.Now())
		near.Close()
		if list := waited(b); list != read {
			t.Fatal(list)
		}
		heir, heirFar := streams(t, b)
		heirRead := &backend.Op{Kind: backend.KindRead, Handle: heir, Buf: make([]byte, 8)}
		b.Start(heirRead)
		b.Wait(0)
		if _, err := heirFar.TryWrite([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if list := waited(b); list != heirRead || heirRead.N != 1 {
			t.Fatalf("%v: %d bytes, %v", list, heirRead.N, heirRead.Err)
		}
		for _, h := range []backend.Handle{far, heir, heirFar} {
			h.Close()
		}
	}
}
