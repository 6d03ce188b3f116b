package replay

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Recorder is a backend that carries nothing out itself, but writes a journal of
// what another one does.
type Recorder struct {
	backend.Backend // the other one

	mu       sync.Mutex
	j        *writer
	now      time.Duration
	started  int64
	made     int64
	flying   map[*backend.Op]int64 // started, by number
	refused  backend.Queue         // what a journal cannot hold
	finished bool
}

// Record begins a journal of what b does. It is complete when b is closed and
// everything has been handed back.
func Record(b backend.Backend, w io.Writer) *Recorder {
	r := &Recorder{Backend: b, j: newWriter(w), now: b.Now(), flying: map[*backend.Op]int64{}}
	r.j.int(int64(r.now))
	return r
}

// Now is the time of the last Wait.
func (r *Recorder) Now() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// recorded is a handle of the other backend.
type recorded struct {
	backend.Handle
	r      *Recorder
	number int64
}

// adopt writes that there is a new handle. The lock is held.
func (r *Recorder) adopt(h backend.Handle) *recorded {
	r.made++
	r.j.address(h.LocalAddr())
	r.j.address(h.RemoteAddr())
	return &recorded{h, r, r.made}
}

// outcome writes an error, and the handles if there is none. The lock is held.
func (r *Recorder) outcome(err error, handles ...*backend.Handle) {
	r.j.error(err)
	for _, h := range handles {
		if err == nil {
			*h = r.adopt(*h)
		}
	}
}

// Listen is Backend.Listen.
func (r *Recorder) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, err := r.Backend.Listen(network, address, o)
	r.j.event(onListen, sum([]byte(network), []byte{0}, []byte(address)))
	r.outcome(err, &h)
	return h, err
}

// ListenPacket is Backend.ListenPacket.
func (r *Recorder) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, err := r.Backend.ListenPacket(network, address, o)
	r.j.event(onListenPacket, sum([]byte(network), []byte{0}, []byte(address)))
	r.outcome(err, &h)
	return h, err
}

// Adopt is Backend.Adopt.
func (r *Recorder) Adopt(f *os.File) (backend.Handle, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, err := r.Backend.Adopt(f)
	r.j.event(onAdopt)
	r.outcome(err, &h)
	return h, err
}

// AdoptFile is Backend.AdoptFile.
func (r *Recorder) AdoptFile(f backend.SystemFile) (backend.Handle, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, err := r.Backend.AdoptFile(f)
	r.j.event(onAdoptFile)
	r.outcome(err, &h)
	return h, err
}

// Pipe is Backend.Pipe.
func (r *Recorder) Pipe() (in, out backend.Handle, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in, out, err = r.Backend.Pipe()
	r.j.event(onPipe)
	r.outcome(err, &in, &out)
	return in, out, err
}

// Take refuses: what another dispatcher did to the handle is in no journal.
func (r *Recorder) Take(backend.Handle) (backend.Handle, error) {
	return nil, backend.ErrOtherBackend
}

// numberOf is a handle's; 0 for none.
func numberOf(h backend.Handle) int64 {
	switch h := h.(type) {
	case *recorded:
		return h.number
	case *handle:
		return h.number
	}
	return 0
}

// Start is Backend.Start. The other backend sees its own handles.
func (r *Recorder) Start(op *backend.Op) {
	r.mu.Lock()
	if !supported(op.Kind) {
		op.N, op.New, op.Err = 0, nil, fmt.Errorf("a journal has no room for this kind of operation (%d): %w", op.Kind, errors.ErrUnsupported)
		r.refused.Push(op)
		r.mu.Unlock()
		r.Backend.Wake()
		return
	}
	r.started++
	r.flying[op] = r.started
	r.j.event(onStart, int64(op.Kind), numberOf(op.Handle), size(op), outgoing(op))
	r.mu.Unlock()
	unwrap(&op.Handle)
	if op.Kind == backend.KindTransmit {
		unwrap(&op.Transmission().File)
		unwrap(&op.Transmission().Page.Handle)
	}
	r.Backend.Start(op)
}

func unwrap(h *backend.Handle) {
	if w, ok := (*h).(*recorded); ok {
		*h = w.Handle
	}
}

// Cancel is Backend.Cancel.
func (r *Recorder) Cancel(op *backend.Op) {
	r.mu.Lock()
	number, ok := r.flying[op]
	if ok {
		r.j.event(onCancel, number)
	}
	r.mu.Unlock()
	if ok {
		r.Backend.Cancel(op)
	}
}

// CancelAll is Backend.CancelAll.
func (r *Recorder) CancelAll() {
	r.mu.Lock()
	r.j.event(onCancelAll)
	r.mu.Unlock()
	r.Backend.CancelAll()
}

// Wait is Backend.Wait.
func (r *Recorder) Wait(deadline time.Duration) *backend.Op {
	r.mu.Lock()
	if refused := r.refused.Take(); refused != nil {
		r.mu.Unlock()
		return refused
	}
	r.mu.Unlock()
	list := r.Backend.Wait(deadline)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.Backend.Now()
	count := int64(0)
	for op := list; op != nil; op = op.Next {
		count++
	}
	r.j.event(onWait, int64(r.now), count)
	for op := list; op != nil; op = op.Next {
		r.j.int(r.flying[op])
		delete(r.flying, op)
		r.j.result(op)
		if op.New == nil {
			r.j.int(0)
			continue
		}
		r.j.int(1)
		op.New = r.adopt(op.New)
	}
	if r.finished {
		r.flush()
	}
	return list
}

// flush is called when the run has ended, after each batch that still comes.
func (r *Recorder) flush() {
	if r.j.err == nil {
		r.j.err = r.j.w.Flush()
	}
}

// Close is Backend.Close. It tells if the journal could not be written.
func (r *Recorder) Close() error {
	err := r.Backend.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.j.event(onClose)
	r.j.error(err)
	r.finished = true
	r.flush()
	if r.j.err != nil {
		err = errors.Join(err, fmt.Errorf("writing the journal: %w", r.j.err))
	}
	return err
}

// TryRead is Handle.TryRead.
func (h *recorded) TryRead(b []byte) (int, error) {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	n, err := h.Handle.TryRead(b)
	h.r.j.event(onTryRead, h.number, int64(len(b)), int64(n))
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
	n, err := h.Handle.TryWriteV(v)
	h.r.j.event(onTryWrite, h.number, sum(v...), int64(n))
	h.r.j.error(err)
	return n, err
}

// CloseWrite is Handle.CloseWrite.
func (h *recorded) CloseWrite() error { return h.outcome(onCloseWrite, h.Handle.CloseWrite) }

// Close is Handle.Close.
func (h *recorded) Close() error { return h.outcome(onCloseHandle, h.Handle.Close) }

func (h *recorded) outcome(event byte, f func() error) error {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	err := f()
	h.r.j.event(event, h.number)
	h.r.j.error(err)
	return err
}

// Cancel is Handle.Cancel.
func (h *recorded) Cancel() {
	h.r.mu.Lock()
	h.r.j.event(onCancelOn, h.number)
	h.r.mu.Unlock()
	h.Handle.Cancel()
}
