package sim

import (
	"net"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// handle is the part of a stream, a listener, a socket of datagrams or a file that all of
// them have. net.mu guards the fields below net.
type handle struct {
	net *Network

	self          member // the handle that embeds this
	b             *attachment
	who           ident
	local, remote net.Addr
	closed        error // the error of every further operation; nil while open
	index         int   // in b.handles
}

// member is the view that an attachment has of a handle.
type member interface {
	backend.Handle
	common() *handle
	directions() []*direction // nil for a file
	cancel()                  // cancels outstanding operations
	failAll(err error)        // completes outstanding operations with err, and refuses later ones
	closeWith(err error)      // calls failAll, then lets the other end observe the close
}

func (h *handle) common() *handle { return h }

// LocalAddr implements backend.Handle.
func (h *handle) LocalAddr() net.Addr { return h.local }

// RemoteAddr implements backend.Handle.
func (h *handle) RemoteAddr() net.Addr { return h.remote }

func (h *handle) cancel() {
	for _, d := range h.self.directions() {
		d.cancelAll()
	}
}

func (h *handle) failAll(err error) {
	h.closed = err
	for _, d := range h.self.directions() {
		d.close(err)
	}
}

// Cancel implements backend.Handle.
func (h *handle) Cancel() {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.net.readClock()
	h.self.cancel()
}

// Close implements backend.Handle.
func (h *handle) Close() error {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.net.readClock()
	if h.closed == nil {
		h.self.closeWith(backend.ErrHandleClosed)
	}
	return nil
}

// Take moves a handle from another backend of the same network to b. It returns the
// same handle.
func (b *attachment) Take(from backend.Handle) (backend.Handle, error) {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readClock()
	m, ok := from.(member)
	switch {
	case b.closed:
		return nil, backend.ErrBackendClosed
	case !ok || m.common().net != n || m.directions() == nil:
		return nil, backend.ErrOtherBackend
	case m.common().closed != nil:
		return m, m.common().closed
	}
	for _, d := range m.directions() {
		if d.outstanding > 0 {
			return m, backend.ErrBusy
		}
	}
	m.common().b.removeHandle(m)
	m.common().moveTo(b)
	b.addHandle(m)
	return m, nil
}

// moveTo makes the operations of h complete on another backend.
func (h *handle) moveTo(to *attachment) {
	h.b = to
	for _, d := range h.self.directions() {
		d.b = to
	}
}
