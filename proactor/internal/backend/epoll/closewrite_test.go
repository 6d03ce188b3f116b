//go:build linux

package epoll

import (
	"io"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// fill writes to h until h takes no more, and returns the number of bytes.
func fill(t *testing.T, h backend.Handle) (n int) {
	t.Helper()
	for piece := make([]byte, 1<<16); ; {
		m, err := h.TryWrite(piece)
		n += m
		if err == backend.ErrWouldBlock {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// drain reads h to its end with TryRead, so that no edge is polled meanwhile. Any
// goroutine may call it.
func drain(t *testing.T, h backend.Handle) (n int) {
	t.Helper()
	for begun, piece := time.Now(), make([]byte, 1<<16); time.Since(begun) < testTimeout; {
		m, err := h.TryRead(piece)
		n += m
		if err == io.EOF {
			return n
		}
		if err != nil && err != backend.ErrWouldBlock {
			t.Error(err)
			return n
		}
	}
	t.Errorf("no end of stream after %d bytes", n)
	return n
}

// After CloseWrite, cancelling the queued write shuts down the write side at once,
// without an edge.
func TestCloseWriteBehindCancel(t *testing.T) {
	for name, cancel := range map[string]func(backend.Backend, *backend.Op){
		"operation": backend.Backend.Cancel,
		"handle":    func(_ backend.Backend, op *backend.Op) { op.Handle.Cancel() },
		"all":       func(b backend.Backend, _ *backend.Op) { b.CancelAll() },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBackend(t)
			client, server := pair(t, b)
			sent := fill(t, server)
			write := &backend.Op{Kind: backend.KindWrite, Handle: server, Buf: make([]byte, 1)}
			b.Start(write)
			if err := server.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			cancel(b, write)
			if got := drain(t, client); got != sent {
				t.Errorf("read %d bytes, %d were written", got, sent)
			}
			if collect(t, b, 1); write.Err != backend.ErrCanceled {
				t.Error(write.Err)
			}
		})
	}
}

// A read continues when the receive ahead of it, which waits for a buffer, is
// cancelled: there will be no edge for bytes that have arrived already.
func TestReadBehindCanceledReceive(t *testing.T) {
	b := newBackend(t)
	r, w := pipe(t, b)
	pool := backend.NewPool(16, 1)
	defer pool.TryTake().Release()
	receive := &backend.Op{Kind: backend.KindReceive, Handle: r, Args: &backend.ReceiveArgs{Pool: pool}}
	read := &backend.Op{Kind: backend.KindRead, Handle: r, Buf: make([]byte, 4)}
	b.Start(receive)
	b.Start(read)
	if n, err := w.TryWrite([]byte("data")); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	for b.Wait(0) != nil { // takes the edges
		t.Fatal("completed without a buffer")
	}
	b.Cancel(receive)
	if collect(t, b, 2); receive.Err != backend.ErrCanceled || read.N != 4 || read.Err != nil {
		t.Error(receive.Err, read.N, read.Err)
	}
}

// The turn of a transmission whose handle was closed, after CloseWrite, does not shut
// down another socket that has the descriptor's number by then.
func TestShutdownAfterClose(t *testing.T) {
	b := newBackend(t)
	_, server := pair(t, b)
	args := &backend.Transmission{Header: make([]byte, 2*backend.TransmitTurn)}
	send := &backend.Op{Kind: backend.KindTransmitFile, Handle: server, Args: args}
	args.Reset(send)
	b.Start(send)
	if err := server.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	server.Close()
	heirs, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range heirs {
		defer unix.Close(fd)
	}
	if collect(t, b, 1); args.Sent == 0 || send.Err != backend.ErrHandleClosed {
		t.Fatalf("did not wait for another turn: %d bytes sent, %v", args.Sent, send.Err)
	}
	b.Wait(0) // runs the turn
	for _, fd := range heirs {
		if err := unix.Sendto(fd, []byte("x"), unix.MSG_NOSIGNAL, nil); err != nil {
			t.Errorf("descriptor %d, which is another socket's: %v", fd, err)
		}
	}
}
