package netio_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
	"github.com/actum-go/actum/proactor/netio"
)

// inHandler calls f in a handler of d, and returns when f has returned.
func inHandler(d *proactor.Dispatcher, f func()) {
	done := make(chan struct{})
	op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
		f()
		close(done)
	})}
	d.Post(&op)
	<-done
}

// refused expects the error of a call that would wait in a handler.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	var op *net.OpError
	if !errors.Is(err, proactor.ErrInHandler) || !errors.As(err, &op) {
		t.Errorf("%s in a handler: %v", what, err)
	}
}

// onEachAndLocked is onEach, and also uses a dispatcher whose own thread calls
// handlers.
func onEachAndLocked(t *testing.T, test func(t *testing.T, d *proactor.Dispatcher, network string)) {
	onEach(t, test)
	o := proactor.Options{Backend: proactor.Named("uring"), WaitMode: proactor.WaitLocked}
	if d, err := proactor.New(o); err == nil {
		d.Close()
		t.Run("locked", func(t *testing.T) { test(t, open(t, o), "tcp") })
	}
}

// TestBlockingInHandler: a call that would wait in a handler of its dispatcher
// fails, and does not affect the connection.
func TestBlockingInHandler(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	onEachAndLocked(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		ln := listen(t, d, network)
		dialer := netio.Dialer{Dispatcher: d}
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		written := 0
		inHandler(d, func() {
			refused(t, "Read", readOne(a))
			_, err := ln.Accept()
			refused(t, "Accept", err)
			_, err = dialer.DialContext(context.Background(), network, ln.Addr().String())
			refused(t, "DialContext", err)
			if n, err := a.ReadFrom(f); n > 0 && err == nil { // the file was copied, on systems that cannot send it
				written += int(n)
			} else {
				refused(t, "ReadFrom", err)
			}
			block := make([]byte, 256<<10)
			for err = nil; err == nil; {
				var n int
				n, err = a.Write(block)
				written += n
			}
			refused(t, "Write", err)
			v := net.Buffers{block}
			_, err = a.WriteBuffers(&v)
			refused(t, "WriteBuffers", err)
		})
		var accepted net.Conn
		dialled := blocked(func() error {
			c, err := dialer.DialContext(context.Background(), network, ln.Addr().String())
			if err == nil {
				err = c.Close()
			}
			return err
		})
		if accepted, err = ln.Accept(); err != nil {
			t.Fatal("Accept afterwards:", err)
		}
		accepted.Close()
		if err := <-dialled; err != nil {
			t.Error("DialContext afterwards:", err)
		}
		a.Close()
		for n := 0; n < written; {
			m, err := b.Read(make([]byte, 1<<20))
			if n += m; err != nil {
				t.Fatalf("%d of %d bytes have come, %v", n, written, err)
			}
		}
		if err := readOne(b); err == nil {
			t.Error("more was written than Write says")
		}
	})
}

// TestTurnInHandler: a call that would wait for another one of the same direction
// fails, because the other call waits for the dispatcher.
func TestTurnInHandler(t *testing.T) {
	onEachAndLocked(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		result := blocked(func() error { _, err := a.Read(make([]byte, 1)); return err })
		for refusals := 0; refusals < 100; { // until the other call is in progress, and after that
			inHandler(d, func() {
				if err := readOne(a); errors.Is(err, proactor.ErrInHandler) {
					refusals++
				} else {
					t.Errorf("Read in a handler: %v", err)
					refusals = 100
				}
			})
		}
		if _, err := b.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := <-result; err != nil {
			t.Error(err)
		}
	})
}

// TestBlockingInOtherHandler: a call may wait in a handler of another dispatcher.
func TestBlockingInOtherHandler(t *testing.T) {
	onEachAndLocked(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		other := open(t, proactor.Options{Backend: proactor.Named(d.Backend().Name)})
		a, b := pair(t, d, network)
		var err error
		begun := make(chan struct{})
		go func() {
			<-begun
			_, _ = b.Write([]byte("x"))
		}()
		inHandler(other, func() {
			close(begun)
			_, err = a.Read(make([]byte, 1))
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestPacketsInHandler is TestBlockingInHandler for datagrams.
func TestPacketsInHandler(t *testing.T) {
	onEachPacket(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := listenPacket(t, d, network), listenPacket(t, d, network)
		dialer := netio.Dialer{Dispatcher: d}
		inHandler(d, func() {
			_, _, err := a.ReadFrom(make([]byte, 1))
			refused(t, "ReadFrom", err)
			_, err = a.WriteTo([]byte("x"), b.LocalAddr())
			refused(t, "WriteTo", err)
			_, err = dialer.DialContext(context.Background(), network, b.LocalAddr().String())
			refused(t, "DialContext", err)
		})
		if _, err := a.WriteTo([]byte("y"), b.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 2)
		if n, _, err := b.ReadFrom(buf); n != 1 || buf[0] != 'y' || err != nil {
			t.Errorf("received %q, %v", buf[:n], err)
		}
	})
}

// TestReadInHandlerWithoutWaiting: a call that need not wait works in a handler, if
// the backend can read without waiting.
func TestReadInHandlerWithoutWaiting(t *testing.T) {
	for _, backend := range []string{"", "sim"} {
		conformance.NeedNetwork(t, backend, "tcp")
		d := open(t, proactor.Options{Backend: proactor.Named(backend)})
		a, b := pair(t, d, "tcp")
		if _, err := b.Write([]byte("xy")); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Read(make([]byte, 1)); err != nil { // the byte has arrived
			t.Fatal(err)
		}
		inHandler(d, func() {
			if n, err := a.Read(make([]byte, 1)); n != 1 || err != nil {
				t.Errorf("Read of what is there: %d, %v", n, err)
			}
		})
	}
}
