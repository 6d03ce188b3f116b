package replay

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A result is in the journal once for each kind of operation: what read it is what was
// written, and a reader that passes over it ends at the same place.
func TestResults(t *testing.T) {
	pool := backend.NewPool(8, 2)
	received := func() *backend.PoolBuffer {
		b := pool.TryTake()
		b.Fill(copy(b.Space(), "pool"))
		return b
	}
	from := &backend.Datagram{Addr: backend.PacketAddr{AddrPort: netip.MustParseAddrPort("127.0.0.1:7")}, Truncated: true}
	for _, tt := range []struct {
		ran, again backend.Op // as it was recorded, and as the replay has started it
		want       string
	}{
		{backend.Op{Kind: backend.KindRead, Buf: []byte("abcde"), N: 3}, backend.Op{Buf: make([]byte, 5)}, "3 <nil> abc\x00\x00"},
		{backend.Op{Kind: backend.KindRead, Buf: []byte("abcde"), Err: io.EOF}, backend.Op{Buf: make([]byte, 2)}, "0 EOF \x00\x00"},
		{backend.Op{Kind: backend.KindReadAt, Buf: []byte("abc"), N: 3}, backend.Op{Buf: make([]byte, 3)}, "3 <nil> abc"},
		{backend.Op{Kind: backend.KindReadV, Vec: [][]byte{[]byte("ab"), nil, []byte("cd")}, N: 3}, backend.Op{Vec: [][]byte{make([]byte, 1), make([]byte, 3)}}, "3 <nil> abc\x00"},
		{backend.Op{Kind: backend.KindWrite, Buf: []byte("ab"), N: 1}, backend.Op{Buf: []byte("ab")}, "1 <nil> ab"},
		{backend.Op{Kind: backend.KindAccept}, backend.Op{}, "0 <nil> "},
		{backend.Op{Kind: backend.KindReceiveFrom, Buf: []byte("abc"), N: 2, Args: from}, backend.Op{Buf: make([]byte, 3), Args: new(backend.Datagram)}, "2 <nil> ab\x00"},
		{backend.Op{Kind: backend.KindReceive, N: 4, Args: &backend.ReceiveArgs{Pool: pool, Buffer: received()}}, backend.Op{Args: &backend.ReceiveArgs{Pool: pool}}, "4 <nil> pool"},
		{backend.Op{Kind: backend.KindReceive, Err: io.EOF, Args: &backend.ReceiveArgs{Pool: pool}}, backend.Op{Args: &backend.ReceiveArgs{Pool: pool}}, "0 EOF "},
		{backend.Op{Kind: backend.KindStat, Args: &backend.Stat{Name: "f", Size: 7, Mode: fs.ModeDir | 0o750, ModTime: time.Unix(1, 2)}}, backend.Op{Args: new(backend.Stat)}, "0 <nil> "},
		{backend.Op{Kind: backend.KindStat, Err: backend.ErrCanceled, Args: &backend.Stat{Size: 7}}, backend.Op{Args: new(backend.Stat)}, "0 " + backend.ErrCanceled.Error() + " "},
	} {
		ran, again := &tt.ran, &tt.again
		again.Kind = ran.Kind
		t.Run(fmt.Sprint(article(ran.Kind), " ", ran.Err), func(t *testing.T) {
			write := func(w *writer) {
				w.result(ran)
				w.int(0) // no handle
				w.event(eventClose)
			}
			j := written(t, write)
			j.result(again)
			data := string(bytes.Join(memory(again), nil))
			if again.Kind == backend.KindReceive && again.Receive().Buffer != nil {
				data = string(again.Receive().Buffer.Bytes())
			}
			if got := fmt.Sprint(again.N, " ", again.Err, " ", data); got != tt.want || j.err != nil {
				t.Errorf("%q, want %q, %v", got, tt.want, j.err)
			}
			switch again.Kind {
			case backend.KindStat:
				want := &backend.Stat{}
				if ran.Err == nil {
					want = ran.Stat()
				}
				if !reflect.DeepEqual(again.Stat(), want) {
					t.Errorf("%+v, want %+v", again.Stat(), want)
				}
			case backend.KindReceiveFrom:
				if *again.Datagram() != *from {
					t.Errorf("%+v, want %+v", again.Datagram(), from)
				}
			}
			if end := j.int(); end != 0 || j.event() != eventClose || j.err != nil {
				t.Errorf("it does not end where the result does: %d, %v", end, j.err)
			}
			j = written(t, write)
			if n := j.skipCompletion(ran.Kind); n != int64(ran.N) || j.event() != eventClose || j.err != nil {
				t.Errorf("passed over: %d bytes, want %d, %v", n, ran.N, j.err)
			}
		})
	}
}

// A new handle is passed over with its addresses.
func TestSkipHandle(t *testing.T) {
	j := written(t, func(w *writer) {
		w.result(&backend.Op{Kind: backend.KindAccept})
		w.int(1)
		w.address(nil)
		w.address(nil)
		w.event(eventClose)
	})
	if n := j.skipCompletion(backend.KindAccept); n != 0 || j.event() != eventClose {
		t.Errorf("%d bytes, %v", n, j.err)
	}
}

// A journal whose fields do not fit the operation is damaged, and is not read on.
func TestDamagedFields(t *testing.T) {
	empty := backend.NewPool(4, 1)
	empty.TryTake()
	read := func(n int) *backend.Op { return &backend.Op{Kind: backend.KindRead, Buf: make([]byte, n)} }
	bytesOf := func(n int, text string) func(*writer) {
		return func(w *writer) {
			w.int(int64(n))
			w.error(nil)
			w.string(text)
		}
	}
	for _, tt := range []struct {
		name  string
		write func(*writer)
		read  func(*reader)
		want  string
	}{
		{"more bytes than there is room for", bytesOf(3, "abc"), func(j *reader) { j.result(read(2)) }, "3 bytes for a read of 2"},
		{"other bytes than their number", bytesOf(2, "abc"), func(j *reader) { j.result(read(3)) }, "3 bytes for a read of 3"},
		{"more than a pool's buffer", bytesOf(9, "123456789"), func(j *reader) {
			j.result(&backend.Op{Kind: backend.KindReceive, Args: &backend.ReceiveArgs{Pool: backend.NewPool(8, 1)}})
		}, "9 bytes for a receive of 8"},
		{"a pool without buffers", bytesOf(1, "1"), func(j *reader) {
			j.result(&backend.Op{Kind: backend.KindReceive, Args: &backend.ReceiveArgs{Pool: empty}})
		}, "run dry"},
		{"too large a field", func(w *writer) { w.int(maxBytes + 1) }, func(j *reader) { j.bytes() }, "a field of 1073741825 bytes"},
		{"a negative field", func(w *writer) { w.int(-1) }, func(j *reader) { j.bytes() }, "a field of -1 bytes"},
		{"a field that is cut off", func(w *writer) { w.int(maxBytes) }, func(j *reader) { j.bytes() }, io.ErrUnexpectedEOF.Error()},
		{"an unknown name", func(w *writer) { w.name("a"); w.int(2) }, func(j *reader) { j.name(); j.name() }, "name 2 of 1"},
		{"a negative name", func(w *writer) { w.int(-1) }, func(j *reader) { j.name() }, "name -1 of 0"},
		{"an unknown error", func(w *writer) { w.int(int64(len(sentinels))) }, func(j *reader) { _ = j.error() }, fmt.Sprintf("has error %d", len(sentinels))},
		{"an address without a port", func(w *writer) { w.string(""); w.string("x"); w.int(0) }, func(j *reader) { j.datagram(new(backend.Datagram)) }, "unexpected slice size"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := written(t, tt.write)
			tt.read(j)
			if j.err == nil || !strings.Contains(j.err.Error(), tt.want) {
				t.Errorf("%v, want %q", j.err, tt.want)
			}
			if j.int() != 0 || j.bytes() != nil || j.name() != "" || j.event() != 0 || j.peek() != 0 {
				t.Error("it is read on")
			}
		})
	}
	pool := backend.NewPool(8, 1)
	written(t, bytesOf(9, "123456789")).result(&backend.Op{Kind: backend.KindReceive, Args: &backend.ReceiveArgs{Pool: pool}})
	if pool.Free() != 1 {
		t.Error("the buffer is not back in its pool")
	}
}

// A name is written once, and by its number after that.
func TestNames(t *testing.T) {
	var size []int
	j := written(t, func(w *writer) {
		for _, name := range []string{"first", "second", "first", "second"} {
			before := w.w.Buffered()
			w.name(name)
			size = append(size, w.w.Buffered()-before)
		}
	})
	if want := []int{7, 8, 1, 1}; !reflect.DeepEqual(size, want) {
		t.Errorf("they take %d bytes, want %d", size, want)
	}
	for _, want := range []string{"first", "second", "first", "second"} {
		if got := j.name(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The size and the sum of an operation, by which a replay recognises it, are those of
// the bytes that leave, of an address, or of a name.
func TestOperationsAreRecognised(t *testing.T) {
	open := func(name string) any { return &backend.OpenArgs{Name: name} }
	connect := func(network, address string) any {
		return &backend.ConnectArgs{Network: network, Address: address}
	}
	send := func(path string) any { return &backend.Datagram{Addr: backend.PacketAddr{Path: path}} }
	for _, tt := range []struct {
		name string
		a, b backend.Op
		size int64 // of a
		same bool  // the sums
	}{
		{"read", backend.Op{Kind: backend.KindRead, Buf: []byte("abc")}, backend.Op{Buf: []byte("x")}, 3, true},
		{"scatter read", backend.Op{Kind: backend.KindReadV, Vec: [][]byte{{1}, {2, 3}}}, backend.Op{}, 3, true},
		{"read at", backend.Op{Kind: backend.KindReadAt, Buf: []byte("abc")}, backend.Op{}, 3, true},
		{"receive from", backend.Op{Kind: backend.KindReceiveFrom, Buf: []byte("abc")}, backend.Op{}, 3, true},
		{"receive", backend.Op{Kind: backend.KindReceive, Args: &backend.ReceiveArgs{Pool: backend.NewPool(9, 1)}}, backend.Op{}, 9, true},
		{"write", backend.Op{Kind: backend.KindWrite, Buf: []byte("abc")}, backend.Op{Buf: []byte("abd")}, 3, false},
		{"write at", backend.Op{Kind: backend.KindWriteAt, Buf: []byte("abc")}, backend.Op{Buf: []byte("abd")}, 3, false},
		{"gather write, cut otherwise", backend.Op{Kind: backend.KindWriteV, Vec: [][]byte{[]byte("ab"), []byte("c")}}, backend.Op{Vec: [][]byte{[]byte("abc")}}, 3, true},
		{"gather write", backend.Op{Kind: backend.KindWriteV, Vec: [][]byte{[]byte("ab")}}, backend.Op{Vec: [][]byte{[]byte("ac")}}, 2, false},
		{"send to", backend.Op{Kind: backend.KindSendTo, Buf: []byte("a"), Args: send("x")}, backend.Op{Buf: []byte("a"), Args: send("y")}, 1, false},
		{"send to, other bytes", backend.Op{Kind: backend.KindSendTo, Buf: []byte("a"), Args: send("x")}, backend.Op{Buf: []byte("b"), Args: send("x")}, 1, false},
		{"connect", backend.Op{Kind: backend.KindConnect, Args: connect("tcp", "a")}, backend.Op{Args: connect("tcp", "b")}, 0, false},
		{"connect, other network", backend.Op{Kind: backend.KindConnect, Args: connect("tcp", "a")}, backend.Op{Args: connect("unix", "a")}, 0, false},
		{"open", backend.Op{Kind: backend.KindOpen, Args: open("a")}, backend.Op{Args: open("b")}, 0, false},
		{"transmit", backend.Op{Kind: backend.KindTransmitFile, Args: &backend.Transmission{Header: []byte("h"), Trailer: []byte("t")}},
			backend.Op{Args: &backend.Transmission{Header: []byte("h"), Trailer: []byte("u")}}, 0, false},
	} {
		tt.b.Kind = tt.a.Kind
		if n := size(&tt.a); n != tt.size {
			t.Errorf("%s: %d bytes, want %d", tt.name, n, tt.size)
		}
		if same := outgoing(&tt.a) == outgoing(&tt.b); same != tt.same {
			t.Errorf("%s: the same sum: %v, want %v", tt.name, same, tt.same)
		}
	}
	for k := range backend.Kind(30) {
		want := k >= backend.KindAccept && k <= backend.KindReceive && k != backend.KindPage
		if supported(k) != want || want && strings.HasPrefix(article(k), "an operation of kind") {
			t.Errorf("kind %d, %s: supported %v, want %v", k, article(k), supported(k), want)
		}
	}
}
