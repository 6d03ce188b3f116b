// Package files carries operations on files out on goroutines that block in system
// calls. Backends use it on systems without asynchronous file operations: readiness
// reports files as always ready, although a read waits for the disk.
//
// # The life of an operation
//
//  1. Start carries out at once a read of bytes that are in memory, if the system
//
// can
//
//	   tell. It queues all other operations, and starts a worker if there are not enough.
//	2. A worker carries out the head of the queue until the queue is empty, and then
//	   ends. An idle program has no workers: starting one costs less than waking one
//	   that sleeps.
//	3. The pool returns the completed operation through the function given to Init.
//
// The number of workers is bounded, because each holds an operating-system thread
// while the disk is busy. Operations in the queue can be cancelled; operations that
// a worker has begun cannot.
package files

import (
	"runtime"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// workersPerProcessor and the bounds give the maximum number of workers of a pool.
// Workers wait for the disk, not for a processor. A modern disk works on dozens of
// requests at once, and is only fast when it has them.
const (
	workersPerProcessor = 8
	minWorkers          = 16
	maxWorkers          = 64
)

// quickRead is the longest read, in bytes, that Start carries out itself: the
// caller of Start pays for the time of the copy.
const quickRead = 64 << 10

// Pool holds the files of a backend and the workers for them.
type Pool struct {
	complete       func(*backend.Op) // called with no lock held, by any goroutine
	cancelInKernel func(*File)       // cancels the operations on a file that the kernel has been given; may be nil
	work           func()            // p.serve, bound once, so that starting a worker allocates nothing
	open           backend.Registry[*File]

	mu      sync.Mutex
	ended   sync.Cond // a worker has ended, or leaving has become smaller
	queue   backend.Queue
	workers int
	leaving int // operations that were taken out of the queue and have not completed yet
	limit   int
	closed  bool
}

// Init makes p ready for use. complete receives each completed operation. If
// cancelInKernel is not nil, it is called with each file that is cancelled or
// closed, to cancel the operations on the file that the kernel carries out.
func (p *Pool) Init(complete func(*backend.Op), cancelInKernel func(*File)) {
	p.complete, p.cancelInKernel, p.work = complete, cancelInKernel, p.serve
	p.ended.L = &p.mu
	p.limit = min(max(minWorkers, workersPerProcessor*runtime.GOMAXPROCS(0)), maxWorkers)
}

// Start begins op: an open, an operation on a file, or the paging in of one.
func (p *Pool) Start(op *backend.Op) {
	if p.refused(op) || p.tryNow(op) {
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

// tryNow carries op out if that needs no waiting, and reports whether it did.
func (p *Pool) tryNow(op *backend.Op) bool {
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
		p.finishLeaving(1)
	}
}

// finishLeaving records that n operations that were taken out of the queue have
// completed: Close waits for them.
func (p *Pool) finishLeaving(n int) {
	p.mu.Lock()
	p.leaving -= n
	p.mu.Unlock()
	p.ended.Broadcast()
}

// CancelAll takes everything out of the queue.
func (p *Pool) CancelAll() { p.failQueued(nil, backend.ErrCanceled) }

// failQueued completes with err the queued operations on f, or all of them if f is
// nil.
func (p *Pool) failQueued(f *File, err error) {
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
		p.finishLeaving(n)
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

// AdoptFile makes a handle of a regular file that the caller has opened.
func (p *Pool) AdoptFile(f backend.SystemFile) (backend.Handle, error) {
	s, err := sys.DuplicateFile(f)
	if err != nil {
		return nil, err
	}
	return p.Adopt(s, f.Name())
}

// Adopt makes a handle of an open file, which it owns from then on, even if it
// returns an error because the pool has been closed.
func (p *Pool) Adopt(s sys.File, name string) (backend.Handle, error) {
	f := &File{pool: p, sys: s, name: name}
	if !p.open.Add(f) {
		s.Close()
		return nil, backend.ErrBackendClosed
	}
	return f, nil
}

// Close closes every file, completes the queued operations, and waits for the
// workers, which wait for nothing but the disk.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.failQueued(nil, backend.ErrBackendClosed)
	p.open.CloseAll()
	p.mu.Lock()
	for p.workers+p.leaving > 0 {
		p.ended.Wait()
	}
	p.mu.Unlock()
}

// closedError returns the error of an operation on a file that is closed now.
func (p *Pool) closedError() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return backend.ErrBackendClosed
	}
	return backend.ErrHandleClosed
}
