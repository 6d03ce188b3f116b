package replay

import (
	"net"
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// handle stands for a handle of the recorded run.
type handle struct {
	b             *player
	number        int64
	local, remote net.Addr
}

func (b *player) adoptLocked() *handle {
	b.made++
	return &handle{b: b, number: b.made, local: b.j.address(), remote: b.j.address()}
}

// outcomeLocked reads an error, and that number of handles if it is nil.
func (b *player) outcomeLocked(handles int) (list [2]backend.Handle, err error) {
	err = b.j.error()
	for i := range handles {
		if err == nil && b.j.err == nil {
			list[i] = b.adoptLocked()
		}
	}
	if !b.validLocked() {
		return [2]backend.Handle{}, b.diverged
	}
	return list, err
}

// make answers a call that makes handles.
func (b *player) make(event byte, arguments ...int64) (list [2]backend.Handle, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isExternalLocked() && b.diverged == nil {
		a := b.externalResultLocked(event, arguments...)
		return a.handles, a.err
	}
	if !b.expectLocked(event, arguments...) {
		return list, b.diverged
	}
	_, handles := shape(event)
	return b.outcomeLocked(handles)
}

// Control implements backend.Controllable. There is no descriptor, and nothing to do.
func (h *handle) Control(func(fd uintptr)) error { return nil }

// Listen is Backend.Listen.
func (b *player) Listen(network, address string, _ *backend.SocketOptions) (backend.Handle, error) {
	list, err := b.make(eventListen, addressSum(network, address))
	return list[0], err
}

// ListenPacket is Backend.ListenPacket.
func (b *player) ListenPacket(network, address string, _ *backend.SocketOptions) (backend.Handle, error) {
	list, err := b.make(eventListenPacket, addressSum(network, address))
	return list[0], err
}

// Adopt is Backend.Adopt. It ignores the file.
func (b *player) Adopt(*os.File) (backend.Handle, error) {
	list, err := b.make(eventAdopt)
	return list[0], err
}

// AdoptFile is Backend.AdoptFile. It ignores the file.
func (b *player) AdoptFile(backend.SystemFile) (backend.Handle, error) {
	list, err := b.make(eventAdoptFile)
	return list[0], err
}

// Pipe is Backend.Pipe.
func (b *player) Pipe() (in, out backend.Handle, err error) {
	list, err := b.make(eventPipe)
	return list[0], list[1], err
}

// TryRead is Handle.TryRead.
func (h *handle) TryRead(p []byte) (n int, err error) {
	b := h.b
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.isExternalLocked():
		return 0, backend.ErrWouldBlock
	case !b.expectLocked(eventTryRead, h.number, int64(len(p))):
		return 0, b.diverged
	}
	n = int(b.j.int())
	_, err = b.outcomeLocked(0)
	data := b.j.bytes()
	if !b.validLocked() {
		return 0, b.diverged
	}
	copy(p, data)
	return n, err
}

// TryWrite is Handle.TryWrite.
func (h *handle) TryWrite(p []byte) (int, error) { return h.TryWriteV([][]byte{p}) }

// TryWriteV is Handle.TryWriteV.
func (h *handle) TryWriteV(v [][]byte) (n int, err error) {
	b := h.b
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.isExternalLocked():
		return 0, backend.ErrWouldBlock
	case !b.expectLocked(eventTryWrite, h.number, sum(v...)):
		return 0, b.diverged
	}
	n = int(b.j.int())
	_, err = b.outcomeLocked(0)
	return n, err
}

func (h *handle) LocalAddr() net.Addr  { return h.local }
func (h *handle) RemoteAddr() net.Addr { return h.remote }

// CloseWrite is Handle.CloseWrite.
func (h *handle) CloseWrite() error { return h.answer(eventCloseWrite) }

// Close is Handle.Close.
func (h *handle) Close() error { return h.answer(eventCloseHandle) }

// Cancel is Handle.Cancel.
func (h *handle) Cancel() { _ = h.answer(eventCancelOn) }

// answer returns the recorded result of a call on h.
func (h *handle) answer(event byte) (err error) {
	b := h.b
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.isExternalLocked(): // the dispatcher is closed
		return nil
	case !b.expectLocked(event, h.number):
		return b.diverged
	}
	if event != eventCancelOn {
		_, err = b.outcomeLocked(0)
	}
	return err
}
