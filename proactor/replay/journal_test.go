package replay

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// written returns a journal with what f writes.
func written(t *testing.T, f func(*writer)) *reader {
	t.Helper()
	var b bytes.Buffer
	w := newWriter(&b)
	f(w)
	if err := errors.Join(w.err, w.w.Flush()); err != nil {
		t.Fatal(err)
	}
	r, err := newReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestErrors(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, err := range append(sentinels, refused, errors.New("something else")) {
		got := written(t, func(w *writer) { w.error(err) }).error()
		if got != err && (got.Error() != err.Error() || errors.Is(got, syscall.ECONNREFUSED) != (err == error(refused))) {
			t.Errorf("%v came back as %v", err, got)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, a := range []net.Addr{nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1).To4(), Port: 80}, &net.TCPAddr{IP: net.IPv6loopback, Port: 1}, &net.UnixAddr{Name: "/x", Net: "unix"}} {
		got := written(t, func(w *writer) { w.address(a) }).address()
		if (a == nil) != (got == nil) || a != nil && (got.String() != a.String() || got.Network() != a.Network()) {
			t.Errorf("%v came back as %v", a, got)
		}
	}
}

// FuzzReplay: a damaged journal is an error, and neither a panic nor an endless
// wait.
func FuzzReplay(f *testing.F) {
	var b bytes.Buffer
	w := newWriter(&b)
	w.int(0)
	w.event(eventListen, sum([]byte("tcp"), []byte{0}, []byte("127.0.0.1:0")))
	w.error(nil)
	w.address(&net.TCPAddr{Port: 1})
	w.address(nil)
	w.event(eventStart, int64(backend.KindAccept), 1, 0, 0)
	w.event(eventWait, 1, 1, 1, 0)
	w.error(io.EOF)
	w.int(0)
	w.event(eventClose)
	w.error(nil)
	if err := w.w.Flush(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, journal []byte) {
		r, err := newPlayer(bytes.NewReader(journal), time.Millisecond, nil)
		if err != nil {
			return
		}
		h, err := r.Listen("tcp", "127.0.0.1:0", nil)
		if err != nil {
			return
		}
		accept, read := &backend.Op{Kind: backend.KindAccept, Handle: h}, &backend.Op{Kind: backend.KindRead, Handle: h, Buf: make([]byte, 8)}
		r.Start(accept)
		r.Start(read)
		_, _ = h.TryRead(make([]byte, 8))
		for range 3 {
			for op := r.Wait(0); op != nil; op = op.Next {
				if op != accept && op != read {
					t.Fatal("an operation that was not started has completed")
				}
			}
		}
		if err := r.Close(); err == nil && r.err() != nil {
			t.Fatal("Close does not report that the replay has diverged")
		}
	})
}
