package proactor

import (
	"os"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// WaitProcess is p.Wait as an operation: op completes, with a nil error, when the process
// exits. op.N is its exit code, -1 if a signal ended it, and op.ProcessState the rest. It
// takes the place of p.Wait and of exec.Cmd.Wait: only one of them can be used for a
// process. Without a right to wait for p, as for a process that is not a child, op
// completes with the error of p.Wait.
//
// On Linux a pidfd tells when the process exits; no thread waits, and a wait that is
// cancelled leaves the process to a later one. On other systems a goroutine waits inside
// p.Wait, which holds a thread until the process exits, also if op is cancelled; then the
// result is lost.
//
// Under sim the wait is for the process of the simulated network with that Pid, which
// exits when sim.Network.ExitProcess says so; &os.Process{Pid: 7} will do. A journal does
// not hold exit codes: in a replay the program's processes run again.
func (d *Dispatcher) WaitProcess(op *Operation, p *os.Process) {
	w := new(processWait)
	c, started := d.startExternal(op, KindProcess, w)
	if !started {
		return
	}
	if simulated, ok := implementation[backend.Processes](d.backend); ok {
		w.setStop(simulated.AwaitExit(p.Pid, func(code int) { c.complete(code, nil, nil) }))
		return
	}
	exit, stop := sys.AwaitExit(p.Pid)
	w.setStop(stop)
	go func() {
		if exit != nil {
			if !exit() || !w.claim() {
				c.complete(0, ErrCanceled, nil)
				return
			}
		}
		state, err := p.Wait()
		code := 0
		if err == nil {
			code = state.ExitCode()
		}
		c.complete(code, err, func(e *externalOperation) { e.process = state })
	}()
}

// ProcessState is what is known about the process of a WaitProcess that has exited; nil
// under sim, and if there was an error.
func (o *Operation) ProcessState() *os.ProcessState {
	if c := o.settings.Load(); c != nil && c.external != nil {
		return c.external.process
	}
	return nil
}

// processWait is the processor of a WaitProcess.
type processWait struct {
	mu        sync.Mutex
	stop      func() // ends the wait; nil: it cannot be ended
	cancelled bool
	claimed   bool // the process has exited, and its state is being taken
}

// setStop records how the wait is ended.
func (w *processWait) setStop(stop func()) {
	w.mu.Lock()
	w.stop = stop
	cancelled := w.cancelled
	w.mu.Unlock()
	if cancelled && stop != nil {
		stop()
	}
}

// claim reports whether the state of the process may be taken: then a cancel comes too
// late.
func (w *processWait) claim() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.claimed = !w.cancelled
	return w.claimed
}

// Cancel implements Processor.
func (w *processWait) Cancel(c Completion) {
	w.mu.Lock()
	claimed, stop := w.claimed, w.stop
	w.cancelled = !claimed
	w.mu.Unlock()
	if claimed {
		return
	}
	if stop != nil {
		stop()
	}
	c.complete(0, ErrCanceled, nil)
}
