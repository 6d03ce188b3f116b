package replay

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// External calls are calls of goroutines other than the dispatching one. They come
// at a different moment in each run. Therefore they are not carried out when they
// are made, but by the dispatching goroutine inside Wait, and the journal records
// their order:
//
//	another goroutine    Ask ──▶ queue
//	Wait of a recorder           takes the requests from the queue in order, writes
//	                             each to the journal and carries it out
//	Wait of a replay             reads the next request from the journal, waits until
//	                             a goroutine has made it, and carries it out; a request
//	                             that comes too early stays in the queue
//
// A replay finds the request of the journal by its text, which is what it asks for and the
// function that makes it, and by its operation. An operation gets its number with its first
// request, for which the text decides alone. If several goroutines do the same with
// operations of their own, a replay may exchange two of these operations; it keeps to the
// exchange until the end.
//
// A call that needs its result at once, such as Listen, is carried out at once. A
// replay reads its result from the journal and keeps it until a goroutine makes the
// call.

// externalCalls is the queue of external calls. The zero value is ready for use
// once wakeDispatcher is set.
type externalCalls struct {
	mu             sync.Mutex // guards all state of the recorder or the player
	dispatching    uint64     // number of the goroutine that dispatches or was the last to dispatch; 0: none yet
	queue          []request
	ended          bool // calls are carried out at once: the dispatcher is closed
	wakeDispatcher func()
	sets           []*signalSet
}

// request is an external call in the queue.
type request struct {
	op     *backend.Op // its operation; may be nil
	what   string      // the text: what it asks for, and the function that makes it
	do     func()
	signal os.Signal // not nil: the request is the delivery of this signal to the set
	set    int
}

// closes reports whether q is a request to close the dispatcher.
func (q request) closes() bool { return strings.HasPrefix(q.what, backend.ClosingRequest) }

// Enter makes the caller the dispatching goroutine.
func (o *externalCalls) Enter() {
	g := goroutine()
	o.mu.Lock()
	o.dispatching = g
	o.mu.Unlock()
}

// isExternalLocked reports whether the caller is not the dispatching goroutine.
func (o *externalCalls) isExternalLocked() bool { return o.dispatching != goroutine() }

// Ask makes the dispatching goroutine call do. If the caller is that goroutine, or
// the dispatcher is closed, Ask does nothing and returns false. who is the
// *backend.Op or the backend.Handle that the call is about, or nil.
func (o *externalCalls) Ask(who any, what string, do func()) bool {
	o.mu.Lock()
	if o.ended || !o.isExternalLocked() {
		o.mu.Unlock()
		return false
	}
	op, _ := who.(*backend.Op)
	if h, ok := who.(backend.Handle); ok {
		what = fmt.Sprintf("%s %d", what, numberOf(h))
	}
	o.queue = append(o.queue, request{op: op, what: what + " by " + caller(), do: do})
	o.mu.Unlock()
	o.wakeDispatcher()
	return true
}

// End carries out the queued requests, and makes later ones be carried out at once.
// The dispatching goroutine calls it when the dispatcher is closed.
func (o *externalCalls) End() {
	o.mu.Lock()
	left := o.queue
	o.queue, o.ended = nil, true
	o.mu.Unlock()
	for _, q := range left {
		if q.do != nil {
			q.do()
		}
	}
}

// signalSet is a registration for signals.
type signalSet struct {
	deliver func(os.Signal)
	signals []os.Signal
}

// goroutine returns the number of the caller's goroutine, which only a stack trace
// has.
func goroutine() uint64 {
	var buf [40]byte
	text, _ := bytes.CutPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	number, _, _ := bytes.Cut(text, []byte(" "))
	n, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		panic("replay: a stack trace has no goroutine number: " + string(buf[:]))
	}
	return n
}

// ours is the common prefix of the names of the runtime's functions.
const ours = "github.com/actum-go/actum/proactor"

// caller returns the name of the function that called into package proactor.
func caller() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, ours+".") && !strings.HasPrefix(f.Function, ours+"/replay.") {
			return f.Function
		}
		if !more {
			return "?"
		}
	}
}
