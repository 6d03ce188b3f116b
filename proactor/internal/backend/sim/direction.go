package sim

import "github.com/actum-go/actum/proactor/internal/backend"

// States of an operation, in Op.Flag. Only an operation that is in a half's
// queue is flagStarted or flagTried, so Cancel may look at one that is not ours.
const (
	flagIdle    uint32 = iota // not ours, or carried out
	flagStarted               // in the queue
	flagTried                 // in the queue, and Stall has been decided
)

// half is one direction of one handle: the operations started on it, from
// start to hand-over.
//
//	queue → carried out by run → (held back) → the backend's ready list → Wait
type half struct {
	b     *Backend
	who   ident
	run   func()        // carries out what can be; called when a stall ends
	queue backend.Queue // started
	held  backend.Queue // carried out, but the completions are held back: all of them in order

	outstanding int // operations between Start and hand-over

	stall   event // until then the head of the queue is not carried out
	release event // then held is let go
}

func (h *half) init(b *Backend, who ident, run func()) {
	h.b, h.who, h.run = b, who, run
	h.stall.owner, h.release.owner = h, h
}

func (h *half) start(op *backend.Op) {
	op.Flag = flagStarted
	h.outstanding++
	h.queue.Push(op)
}

// next returns the operation to carry out now, if there is one.
func (h *half) next() *backend.Op {
	op := h.queue.Head()
	if op == nil || h.stall.scheduled() {
		return nil
	}
	if op.Flag == flagStarted {
		op.Flag = flagTried
		if n := h.b.net; n.chance(stalled, h.who) {
			n.schedule(&h.stall, n.now+n.delay())
			return nil
		}
	}
	return op
}

// fire ends a stall, or lets go of what was held back.
func (h *half) fire(e *event) {
	if e == &h.stall {
		h.run()
		return
	}
	h.b.ready.Append(&h.held)
	h.b.signal()
}

// finish takes op out of the queue with its result.
func (h *half) finish(op *backend.Op, n int, err error) {
	h.queue.Remove(op)
	op.N, op.Err, op.Flag = n, err, flagIdle
}

// complete finishes op and passes it on, in its turn or, by Reorder, not.
func (h *half) complete(op *backend.Op, moved int, err error) {
	h.finish(op, moved, err)
	n := h.b.net
	if !h.held.Empty() {
		h.held.Push(op)
		return
	}
	if n.chance(reordered, h.who) {
		if n.below(2) == 0 {
			h.held.Push(op)
			n.schedule(&h.release, n.now+n.delay())
			return
		}
		h.overtake(op)
	} else {
		h.b.ready.Push(op)
	}
	h.b.signal()
}

// overtake puts op somewhere in the ready list, behind those of its direction.
func (h *half) overtake(op *backend.Op) {
	ready := &h.b.ready
	length, earliest := 0, 0
	for o := ready.Head(); o != nil; o = o.Next {
		length++
		if o.Handle != nil && o.Handle == op.Handle && !op.Kind.OnFile() && o.Kind.Direction() == op.Kind.Direction() {
			earliest = length
		}
	}
	var rest backend.Queue
	rest.Append(ready)
	for at := earliest + h.b.net.below(length-earliest+1); at > 0; at-- {
		ready.Push(rest.Pop())
	}
	ready.Push(op)
	ready.Append(&rest)
}

// cancel ends op, which is in the queue, early, unless CancelLoses and it can
// succeed.
func (h *half) cancel(op *backend.Op) {
	n := h.b.net
	if op == h.queue.Head() && feasible(op) && n.chance(cancelLoses, h.who) {
		return
	}
	n.note(record{verb: verbCancel, who: h.who})
	h.complete(op, moved(op), backend.ErrCanceled)
	if s, ok := op.Handle.(*stream); ok && s.out.ending {
		s.out.run() // nothing may be left to be written: the end follows
	}
}

// cancelAll cancels everything that is in the queue, in order.
func (h *half) cancelAll() {
	for op := h.queue.Head(); op != nil; {
		next := op.Next // complete puts op on another list
		h.cancel(op)
		op = next
	}
}

// close hands over everything at once: what is held back with its result, what
// is queued with err.
func (h *half) close(err error) {
	n := h.b.net
	n.unschedule(&h.stall)
	n.unschedule(&h.release)
	h.b.ready.Append(&h.held)
	for op := h.queue.Head(); op != nil; op = h.queue.Head() {
		h.finish(op, moved(op), err)
		h.b.ready.Push(op)
	}
	h.b.signal()
}
