// Package files carries operations on files out on goroutines that block in the
// system's calls, for the backends whose system has nothing better: files are
// always ready, says readiness, and then a read waits for the disk.
//
// # How an operation goes
//
//  1. Start reads what is in memory at once, where the system can tell. All
//     else it queues, and makes a worker if there are not enough.
//  2. A worker carries out what is first in the queue, and so on until that is
//     empty. Then it ends: an idle program has none, and a new one costs less
//     than waking one that sleeps.
//  3. Whoever owns the pool is given the operation back, completed.
//
// There is a bound on the workers, because each holds an operating-system
// thread while the disk is busy. Operations that wait for one can be cancelled;
// one that a worker has begun cannot.
package files

import (
	"runtime"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// workersPerProcessor and the bounds say how many workers a pool has at most.
// They wait for the disk and not for a processor: a disk of today works on
// dozens of requests at once, and is only fast when it has them.
const (
	workersPerProcessor = 8
	minWorkers          = 16
	maxWorkers          = 64
)

// quickRead is the longest read, in bytes, that Start may carry out by itself:
// the time that it takes to copy is its caller's.
const quickRead = 64 << 10

// Pool is the files of a backend and the workers for them.
type Pool struct {
	complete func(*backend.Op) // called with no lock held, by any goroutine
	recall   func(*File)       // asks for what the kernel has been given for a file; may be nil
	work     func()            // p.serve: made once, so that starting a worker allocates nothing
	open     backend.Registry[*File]

	mu      sync.Mutex
	ended   sync.Cond // a worker has ended, or what was leaving has left
	queue   backend.Queue
	workers int
	leaving int // operations that are in the queue no more, and not completed yet
	limit   int
	closed  bool
}

// Init makes p ready. complete is given each operation back, with its result.
// recall, if it is not nil, is told of each file that is cancelled or closed, so
// that operations on it that are not the pool's can be ended.
func (p *Pool) Init(complete func(*backend.Op), recall func(*File)) {
	p.complete, p.recall, p.work = complete, recall, p.serve
	p.ended.L = &p.mu
	p.limit = min(max(minWorkers, workersPerProcessor*runtime.GOMAXPROCS(0)), maxWorkers)
}

// Start begins op: an open, an operation on a file, or the paging in of one.
func (p *Pool) Start(op *backend.Op) {
	if p.refused(op) || p.now(op) {
		p.complete(op)
		return
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		op.Err = backend.ErrBackendClosed
		p.complete(op)
		return
	}
	p.queue.Push(op)
	if p.workers < p.limit {
		p.workers++
		go p.work()
	}
	p.mu.Unlock()
}

// refused reports whether op has completed because it cannot be carried out.
func (p *Pool) refused(op *backend.Op) bool {
	if op.Kind == backend.KindOpen {
		return false
	}
	f, ok := op.Handle.(*File)
	switch {
	case !ok || !op.Kind.OnFile():
		op.Err = backend.ErrWrongHandle
	case f.Why() != nil:
		op.Err = f.Why()
	default:
		op.Err = backend.CheckFile(op, f.name)
	}
	return op.Err != nil
}

// now carries op out if that needs no waiting, and reports whether it did.
func (p *Pool) now(op *backend.Op) bool {
	switch op.Kind {
	case backend.KindReadAt:
		if len(op.Buf) > quickRead {
			return false
		}
		f := op.Handle.(*File)
		if op.Err = f.Acquire(); op.Err != nil {
			return true
		}
		n, err := f.sys.ReadNow(op.Buf, op.Off)
		f.Release()
		if err == backend.ErrWouldBlock {
			return len(op.Buf) == 0
		}
		f.moved(op, n, err)
		return true
	case backend.KindWriteAt:
		return len(op.Buf) == 0
	}
	return false
}

// Cancel takes op out of the queue, if no worker has begun it.
func (p *Pool) Cancel(op *backend.Op) {
	p.mu.Lock()
	waiting := p.queue.Remove(op)
	if waiting {
		p.leaving++
	}
	p.mu.Unlock()
	if waiting {
		op.Err = backend.ErrCanceled
		p.complete(op)
		p.left(1)
	}
}

// left notes that so many operations have completed that were taken out of the queue:
// Close waits for them.
func (p *Pool) left(n int) {
	p.mu.Lock()
	p.leaving -= n
	p.mu.Unlock()
	p.ended.Broadcast()
}

// CancelAll takes everything out of the queue.
func (p *Pool) CancelAll() { p.abandon(nil, backend.ErrCanceled) }

// abandon completes with err what waits for a worker and is for f, or all of it
// if f is nil.
func (p *Pool) abandon(f *File, err error) {
	var keep, gone backend.Queue
	n := 0
	p.mu.Lock()
	for op := p.queue.Pop(); op != nil; op = p.queue.Pop() {
		if f == nil || op.Handle == f {
			gone.Push(op)
			n++
		} else {
			keep.Push(op)
		}
	}
	p.queue = keep
	p.leaving += n
	p.mu.Unlock()
	for op := gone.Pop(); op != nil; op = gone.Pop() {
		op.Err = err
		p.complete(op)
	}
	if n > 0 {
		p.left(n)
	}
}

// serve is a worker.
func (p *Pool) serve() {
	p.mu.Lock()
	for {
		op := p.queue.Pop()
		if op == nil {
			break
		}
		p.mu.Unlock()
		p.perform(op)
		p.complete(op)
		p.mu.Lock()
	}
	p.workers--
	p.mu.Unlock()
	p.ended.Broadcast()
}

// AdoptFile makes a handle of a regular file that somebody else has opened.
func (p *Pool) AdoptFile(f backend.SystemFile) (backend.Handle, error) {
	s, err := sys.DuplicateFile(f)
	if err != nil {
		return nil, err
	}
	return p.Adopt(s, f.Name())
}

// Adopt makes a handle of an open file, which it owns from then on, also if
// there is an error: then the pool has been closed.
func (p *Pool) Adopt(s sys.File, name string) (backend.Handle, error) {
	f := &File{pool: p, sys: s, name: name}
	if !p.open.Add(f) {
		s.Close()
		return nil, backend.ErrBackendClosed
	}
	return f, nil
}

// Close closes every file, completes what waits for a worker, and waits for the
// workers: none of them waits for anything but the disk.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.abandon(nil, backend.ErrBackendClosed)
	p.open.CloseAll()
	p.mu.Lock()
	for p.workers+p.leaving > 0 {
		p.ended.Wait()
	}
	p.mu.Unlock()
}

// closedError is why an operation on a file that is closed now fails.
func (p *Pool) closedError() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return backend.ErrBackendClosed
	}
	return backend.ErrHandleClosed
}
