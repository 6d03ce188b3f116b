package replay

import (
	"errors"
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// recorded is a handle of the recorder's backend. Goroutines other than the
// dispatching one cannot use its Try methods: they use operations instead. Calls
// after the dispatcher was closed are not recorded.
type recorded struct {
	backend.Handle
	r      *recorder
	number int64
}

// adoptLocked records a new handle.
func (r *recorder) adoptLocked(h backend.Handle) *recorded {
	r.made++
	r.j.address(h.LocalAddr())
	r.j.address(h.RemoteAddr())
	return &recorded{h, r, r.made}
}

// Control implements backend.Controllable. It is not recorded.
func (h *recorded) Control(f func(fd uintptr)) error {
	if c, ok := h.Handle.(backend.Controllable); ok {
		return c.Control(f)
	}
	return errors.ErrUnsupported
}

// answer records a call and its result: an error, or handles.
func (r *recorder) answer(event byte, arguments []int64, err error, handles ...*backend.Handle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isExternalLocked() {
		r.j.event(eventExternal)
	}
	r.j.event(event, arguments...)
	r.j.error(err)
	for _, h := range handles {
		if err == nil {
			*h = r.adoptLocked(*h)
		}
	}
}

// Listen is Backend.Listen.
func (r *recorder) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	h, err := r.Backend.Listen(network, address, o)
	r.answer(eventListen, []int64{addressSum(network, address)}, err, &h)
	return h, err
}

// ListenPacket is Backend.ListenPacket.
func (r *recorder) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	h, err := r.Backend.ListenPacket(network, address, o)
	r.answer(eventListenPacket, []int64{addressSum(network, address)}, err, &h)
	return h, err
}

// Adopt is Backend.Adopt.
func (r *recorder) Adopt(f *os.File) (backend.Handle, error) {
	h, err := r.Backend.Adopt(f)
	r.answer(eventAdopt, nil, err, &h)
	return h, err
}

// AdoptFile is Backend.AdoptFile.
func (r *recorder) AdoptFile(f backend.SystemFile) (backend.Handle, error) {
	h, err := r.Backend.AdoptFile(f)
	r.answer(eventAdoptFile, nil, err, &h)
	return h, err
}

// Pipe is Backend.Pipe.
func (r *recorder) Pipe() (in, out backend.Handle, err error) {
	in, out, err = r.Backend.Pipe()
	r.answer(eventPipe, nil, err, &in, &out)
	return in, out, err
}

// TryRead is Handle.TryRead.
func (h *recorded) TryRead(b []byte) (int, error) {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	if h.r.isExternalLocked() {
		return 0, backend.ErrWouldBlock
	}
	n, err := h.Handle.TryRead(b)
	h.r.j.event(eventTryRead, h.number, int64(len(b)), int64(n))
	h.r.j.error(err)
	h.r.j.bytes(b[:n])
	return n, err
}

// TryWrite is Handle.TryWrite.
func (h *recorded) TryWrite(b []byte) (int, error) { return h.TryWriteV([][]byte{b}) }

// TryWriteV is Handle.TryWriteV.
func (h *recorded) TryWriteV(v [][]byte) (int, error) {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	if h.r.isExternalLocked() {
		return 0, backend.ErrWouldBlock
	}
	n, err := h.Handle.TryWriteV(v)
	h.r.j.event(eventTryWrite, h.number, sum(v...), int64(n))
	h.r.j.error(err)
	return n, err
}

// CloseWrite is Handle.CloseWrite.
func (h *recorded) CloseWrite() error { return h.outcome(eventCloseWrite, h.Handle.CloseWrite) }

// Close is Handle.Close.
func (h *recorded) Close() error { return h.outcome(eventCloseHandle, h.Handle.Close) }

// outcome makes a call whose only result is an error, and records it.
func (h *recorded) outcome(event byte, f func() error) error {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	err := f()
	if !h.r.isExternalLocked() {
		h.r.j.event(event, h.number)
		h.r.j.error(err)
	}
	return err
}

// Cancel is Handle.Cancel.
func (h *recorded) Cancel() {
	h.r.mu.Lock()
	if !h.r.isExternalLocked() {
		h.r.j.event(eventCancelOn, h.number)
	}
	h.r.mu.Unlock()
	h.Handle.Cancel()
}
