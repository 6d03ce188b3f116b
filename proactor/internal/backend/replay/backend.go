package replay

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// ErrDiverged is why operations fail once the program does something else than it
// did when the journal was written.
var ErrDiverged = errors.New("the replay has diverged from its journal")

// Backend gives the answers of a journal.
type Backend struct {
	mu       sync.Mutex
	wake     sync.Cond
	woken    bool
	j        *reader
	now      time.Duration
	started  int64
	made     int64
	flying   map[int64]*backend.Op // started, by number
	numbers  map[*backend.Op]int64
	failed   backend.Queue // after the replay has diverged
	diverged error
}

var _ backend.Backend = (*Backend)(nil)

// New begins to replay a journal.
func New(r io.Reader) (*Backend, error) {
	j, err := newReader(r)
	if err != nil {
		return nil, err
	}
	b := &Backend{j: j, now: time.Duration(j.int()), flying: map[int64]*backend.Op{}, numbers: map[*backend.Op]int64{}}
	b.wake.L = &b.mu
	return b, nil
}

// Name returns "replay".
func (b *Backend) Name() string { return "replay" }

// Now is the time of the last Wait, as it was.
func (b *Backend) Now() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// Err is why the replay has diverged; nil if it has not.
func (b *Backend) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.diverged
}

// expect reads the next event and its arguments, and reports whether they are the
// ones that the program now comes with. If not the replay has diverged. The lock
// is held.
func (b *Backend) expect(event byte, arguments ...int64) bool {
	if b.diverged != nil {
		return false
	}
	next := b.j.event()
	if next != event {
		b.diverge(fmt.Sprintf("the program comes to %s, the journal to %s", eventNames[event], nameOf(next)))
		return false
	}
	for _, want := range arguments {
		if got := b.j.int(); got != want || b.j.err != nil {
			b.diverge(fmt.Sprintf("the program comes to %s with %d in %v, the journal with %d", eventNames[event], want, arguments, got))
			return false
		}
	}
	return true
}

func nameOf(event byte) string {
	if event == 0 || int(event) >= len(eventNames) {
		return "its end"
	}
	return eventNames[event]
}

// sound reports whether the answer could be read. The lock is held.
func (b *Backend) sound() bool {
	if b.j.err != nil && b.diverged == nil {
		b.diverge("the journal ends in the middle, or is damaged: " + b.j.err.Error())
	}
	return b.diverged == nil
}

// diverge ends the replay: everything outstanding fails. The lock is held.
func (b *Backend) diverge(why string) {
	b.diverged = fmt.Errorf("%w after %d operations: %s", ErrDiverged, b.started, why)
	for number := int64(1); number <= b.started; number++ {
		if op := b.flying[number]; op != nil {
			b.fail(op)
		}
	}
	clear(b.flying)
	clear(b.numbers)
}

func (b *Backend) fail(op *backend.Op) {
	op.N, op.New, op.Err = 0, nil, b.diverged
	b.failed.Push(op)
	b.woken = true
	b.wake.Signal()
}

// outcome reads an error, and so many handles if there is none.
func (b *Backend) outcome(handles int) (list [2]backend.Handle, err error) {
	err = b.j.error()
	for i := range handles {
		if err == nil && b.j.err == nil {
			list[i] = b.adopt()
		}
	}
	if !b.sound() {
		return [2]backend.Handle{}, b.diverged
	}
	return list, err
}

func (b *Backend) adopt() *handle {
	b.made++
	return &handle{b: b, number: b.made, local: b.j.address(), remote: b.j.address()}
}

// Listen is Backend.Listen.
func (b *Backend) Listen(network, address string, _ *backend.SocketOptions) (backend.Handle, error) {
	return b.makeHandle(onListen, sum([]byte(network), []byte{0}, []byte(address)))
}

// ListenPacket is Backend.ListenPacket.
func (b *Backend) ListenPacket(network, address string, _ *backend.SocketOptions) (backend.Handle, error) {
	return b.makeHandle(onListenPacket, sum([]byte(network), []byte{0}, []byte(address)))
}

// makeHandle answers what makes one handle.
func (b *Backend) makeHandle(event byte, arguments ...int64) (backend.Handle, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.expect(event, arguments...) {
		return nil, b.diverged
	}
	list, err := b.outcome(1)
	return list[0], err
}

// Adopt is Backend.Adopt; it does not look at f.
func (b *Backend) Adopt(*os.File) (backend.Handle, error) { return b.makeHandle(onAdopt) }

// AdoptFile is Backend.AdoptFile; it does not look at f.
func (b *Backend) AdoptFile(backend.SystemFile) (backend.Handle, error) {
	return b.makeHandle(onAdoptFile)
}

// Pipe is Backend.Pipe.
func (b *Backend) Pipe() (in, out backend.Handle, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.expect(onPipe) {
		return nil, nil, b.diverged
	}
	list, err := b.outcome(2)
	return list[0], list[1], err
}

// Take refuses.
func (b *Backend) Take(backend.Handle) (backend.Handle, error) { return nil, backend.ErrOtherBackend }

// Start is Backend.Start.
func (b *Backend) Start(op *backend.Op) {
	b.mu.Lock()
	defer b.mu.Unlock()
	op.N, op.Err, op.New = 0, nil, nil
	b.started++
	if !b.expect(onStart, int64(op.Kind), numberOf(op.Handle), size(op), outgoing(op)) {
		b.fail(op)
		return
	}
	b.flying[b.started], b.numbers[op] = op, b.started
}

// Cancel is Backend.Cancel: what came of it is in the journal.
func (b *Backend) Cancel(op *backend.Op) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if number, ok := b.numbers[op]; ok {
		b.expect(onCancel, number)
	}
}

// CancelAll is Backend.CancelAll.
func (b *Backend) CancelAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expect(onCancelAll)
}

// Wait is Backend.Wait: it does not wait, but returns what it returned then.
// Once the replay has diverged time jumps to the deadline.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.expect(onWait) {
		if list := b.batch(); b.sound() {
			return list
		}
	}
	for b.failed.Empty() && !b.woken && deadline == backend.NoDeadline {
		b.wake.Wait()
	}
	b.woken = false
	if b.failed.Empty() && deadline != backend.NoDeadline {
		b.now = max(b.now, deadline)
	}
	return b.failed.Take()
}

// batch reads what has completed. The lock is held.
func (b *Backend) batch() *backend.Op {
	var list backend.Queue
	b.now = time.Duration(b.j.int())
	for count := b.j.int(); count > 0 && b.j.err == nil; count-- {
		number := b.j.int()
		op := b.flying[number]
		if op == nil {
			b.diverge(fmt.Sprintf("operation %d completes in the journal, and is not outstanding", number))
			break
		}
		b.j.result(op)
		if b.j.int() != 0 && b.j.err == nil {
			op.New = b.adopt()
		}
		if b.j.err == nil {
			delete(b.flying, number)
			delete(b.numbers, op)
			list.Push(op)
		}
	}
	if !b.sound() {
		for op := list.Pop(); op != nil; op = list.Pop() {
			b.fail(op)
		}
	}
	return list.Take()
}

// Wake is Backend.Wake.
func (b *Backend) Wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.woken = true
	b.wake.Signal()
}

// Close is Backend.Close. It tells if the replay has diverged.
func (b *Backend) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.expect(onClose) {
		return b.diverged
	}
	_, err := b.outcome(0)
	return err
}

// handle stands for one of the run that is replayed.
type handle struct {
	b             *Backend
	number        int64
	local, remote net.Addr
}

// answer is what a call on h returned.
func (h *handle) answer(event byte, arguments ...int64) (n int, err error) {
	if !h.b.expect(event, append([]int64{h.number}, arguments...)...) {
		return 0, h.b.diverged
	}
	if event == onTryRead || event == onTryWrite {
		n = int(h.b.j.int())
	}
	_, err = h.b.outcome(0)
	return n, err
}

// TryRead is Handle.TryRead.
func (h *handle) TryRead(p []byte) (int, error) {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	n, err := h.answer(onTryRead, int64(len(p)))
	if h.b.diverged != nil {
		return 0, err
	}
	data := h.b.j.bytes()
	if !h.b.sound() {
		return 0, h.b.diverged
	}
	copy(p, data)
	return n, err
}

// TryWrite is Handle.TryWrite.
func (h *handle) TryWrite(p []byte) (int, error) { return h.TryWriteV([][]byte{p}) }

// TryWriteV is Handle.TryWriteV.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	return h.answer(onTryWrite, sum(v...))
}

func (h *handle) LocalAddr() net.Addr  { return h.local }
func (h *handle) RemoteAddr() net.Addr { return h.remote }

// CloseWrite is Handle.CloseWrite.
func (h *handle) CloseWrite() error {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	_, err := h.answer(onCloseWrite)
	return err
}

// Close is Handle.Close.
func (h *handle) Close() error {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	_, err := h.answer(onCloseHandle)
	return err
}

// Cancel is Handle.Cancel.
func (h *handle) Cancel() {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	h.b.expect(onCancelOn, h.number)
}
