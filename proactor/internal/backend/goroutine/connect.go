package goroutine

import (
	"context"
	"net"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// connect carries out a connect, on a goroutine of its own.
func (b *Backend) connect(op *backend.Op) {
	ctx, cancel := context.WithCancel(context.Background())
	b.mu.Lock()
	if b.connects == nil {
		b.mu.Unlock()
		cancel()
		op.Err = backend.ErrBackendClosed
		b.complete(op)
		return
	}
	b.connects[op] = cancel
	b.working.Add(1)
	b.mu.Unlock()
	go func() {
		defer b.working.Done()
		conn, err := dial(ctx, op)
		b.finishConnect(ctx, op, conn, err)
	}()
}

// dial makes the connection that op describes.
func dial(ctx context.Context, op *backend.Op) (net.Conn, error) {
	to := op.Connect()
	if err := backend.CheckAddress(to.Network, to.Address); err != nil {
		return nil, &net.OpError{Op: "dial", Net: to.Network, Err: err}
	}
	d := net.Dialer{KeepAlive: -1}
	if o := to.Socket; o != nil {
		d.Control = buffers(o)
		if o.LocalAddr != "" && !backend.IsUnix(to.Network) {
			local, err := backend.ParseTCP(to.Network, o.LocalAddr)
			if err != nil {
				return nil, &net.OpError{Op: "dial", Net: to.Network, Err: err}
			}
			d.LocalAddr = net.TCPAddrFromAddrPort(local)
		}
	}
	return d.DialContext(ctx, to.Network, to.Address)
}

// finishConnect settles the result. A connection that was made although op was
// cancelled is kept: it was too late.
func (b *Backend) finishConnect(ctx context.Context, op *backend.Op, conn net.Conn, err error) {
	b.mu.Lock()
	cancel := b.connects[op]
	delete(b.connects, op)
	b.mu.Unlock()
	switch {
	case err == nil:
		var s *stream
		if s, err = b.newStream(conn); err == nil {
			op.New = s
		}
	case b.closing.Load():
		err = backend.ErrBackendClosed
	case ctx.Err() != nil:
		err = backend.ErrCanceled
	}
	if cancel != nil {
		cancel() // frees what the context holds; nobody listens to it any more
	}
	op.Err = err
	b.complete(op)
}

// cancelConnect ends a connect early.
func (b *Backend) cancelConnect(op *backend.Op) {
	b.mu.Lock()
	cancel := b.connects[op]
	b.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}
