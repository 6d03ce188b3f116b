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

// What other goroutines do comes at another moment in each run. So it does not
// happen when they ask for it, but when the goroutine that dispatches is inside
// Wait, and the journal says so:
//
//	another goroutine    Ask ──▶ queue
//	Wait, of a Recorder          takes what is in the queue, in its order, writes it
//	                             down and does it
//	Wait, of a replay            reads who is next, waits until that one has asked, and
//	                             does it; who comes too early stays in the queue
//
// Who is who is known by what is asked for, the function that asks, and the
// operation: the first start of an operation is recognised by the first two, all
// that follow by its being the same operation. Where several goroutines do the same
// with operations of their own, one may so stand for the other, but never becomes
// a third.
//
// What needs its answer at once, as to listen does, is answered at once; the
// journal keeps the answer aside until somebody asks for it.

// outside is where the other goroutines ask. The zero value is ready once idle is
// set up.
type outside struct {
	mu     sync.Mutex // all of the Recorder's or the Backend's
	inside uint64     // the goroutine that dispatches, or did last; 0: none has yet
	queue  []request
	ended  bool // nothing is put off any more
	rouse  func()
	sets   []*signalSet
}

// request is what somebody asks for.
type request struct {
	op     *backend.Op // whose it is; nil if it is nobody's
	what   string
	do     func()
	signal os.Signal // that it is one, for the set
	set    int
}

// Closing is what is asked for to close the dispatcher.
const Closing = "close the dispatcher"

// closes reports whether q is to close the dispatcher.
func (q request) closes() bool { return strings.HasPrefix(q.what, Closing) }

// Enter says that the caller dispatches from now on.
func (o *outside) Enter() {
	g := goroutine()
	o.mu.Lock()
	o.inside = g
	o.mu.Unlock()
}

// elsewhere reports whether the caller is another goroutine than the one that
// dispatches. The lock is held.
func (o *outside) elsewhere() bool { return o.inside != goroutine() }

// Ask has do called by the goroutine that dispatches. It returns false if that is
// the caller, or if the end has come: then it does nothing. who is the *backend.Op
// or the backend.Handle that it is about; nil if there is none.
func (o *outside) Ask(who any, what string, do func()) bool {
	o.mu.Lock()
	if o.ended || !o.elsewhere() {
		o.mu.Unlock()
		return false
	}
	op, _ := who.(*backend.Op)
	if h, ok := who.(backend.Handle); ok {
		what = fmt.Sprintf("%s %d", what, numberOf(h))
	}
	o.queue = append(o.queue, request{op: op, what: what + " by " + caller(), do: do})
	o.mu.Unlock()
	o.rouse()
	return true
}

// End does what is in the queue, and makes everything that comes later be done at
// once: the dispatcher is closed. The goroutine that dispatches calls it.
func (o *outside) End() {
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

// signalSet is who is told of signals.
type signalSet struct {
	deliver func(os.Signal)
	signals []os.Signal
}

// goroutine is the number of the caller's. Go prints it and does not tell it.
func goroutine() uint64 {
	var buf [40]byte
	text, _ := bytes.CutPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	number, _, _ := bytes.Cut(text, []byte(" "))
	n, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		panic("replay: a goroutine without a number: " + string(buf[:]))
	}
	return n
}

// ours is what the functions of the runtime's packages begin with.
const ours = "github.com/actum-go/actum/proactor"

// caller is the function that has called into package proactor.
func caller() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, ours+".") && !strings.HasPrefix(f.Function, ours+"/internal/backend/replay.") {
			return f.Function
		}
		if !more {
			return "?"
		}
	}
}
