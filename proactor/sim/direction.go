package sim

import "github.com/actum-go/actum/proactor/internal/backend"

// States of an operation, in Op.Flag. Only an operation in a direction's queue is
// flagStarted or flagTried, so Cancel may look at an operation that is not
// outstanding.
const (
	flagIdle    uint32 = iota // not outstanding here, or carried out
	flagStarted               // in the queue
	flagTried                 // in the queue, and the Stall fault has been decided
)

// direction is one direction of one handle: its operations from Start to the Wait
// that returns them.
//
//	queue → carried out by run → (held back) → the backend's ready list → Wait
type direction struct {
	b     *attachment
	who   ident
	run   func()        // carries operations out; called when a stall ends
	queue backend.Queue // started operations
	held  backend.Queue // operations that were carried out but whose completions are held back, in order

	outstanding int // operations between Start and the Wait that returns them

	stall   event // while scheduled, the head of the queue is not carried out
	release event // moves held to the ready list
}

func (d *direction) init(b *attachment, who ident, run func()) {
	d.b, d.who, d.run = b, who, run
	d.stall.owner, d.release.owner = d, d
}

func (d *direction) start(op *backend.Op) {
	op.Flag = flagStarted
	d.outstanding++
	d.queue.Push(op)
}

// next returns the operation to carry out now, or nil.
func (d *direction) next() *backend.Op {
	op := d.queue.Head()
	if op == nil || d.stall.scheduled() {
		return nil
	}
	if op.Flag == flagStarted {
		op.Flag = flagTried
		if n := d.b.net; n.chance(stalled, d.who) {
			n.schedule(&d.stall, n.now+n.delay())
			return nil
		}
	}
	return op
}

// fire ends a stall, or moves held to the ready list.
func (d *direction) fire(e *event) {
	if e == &d.stall {
		d.run()
		return
	}
	d.b.ready.Append(&d.held)
	d.b.signal()
}

// finish takes op out of the queue and sets its result.
func (d *direction) finish(op *backend.Op, n int, err error) {
	d.queue.Remove(op)
	op.N, op.Err, op.Flag = n, err, flagIdle
}

// complete finishes op and puts it at the end of the ready list, unless Reorder
// decides otherwise.
func (d *direction) complete(op *backend.Op, moved int, err error) {
	d.finish(op, moved, err)
	n := d.b.net
	if !d.held.Empty() {
		d.held.Push(op)
		return
	}
	if n.chance(reordered, d.who) {
		if n.below(2) == 0 {
			d.held.Push(op)
			n.schedule(&d.release, n.now+n.delay())
			return
		}
		d.overtake(op)
	} else {
		d.b.ready.Push(op)
	}
	d.b.signal()
}

// overtake puts op at a random position in the ready list, behind those of its
// direction.
func (d *direction) overtake(op *backend.Op) {
	ready := &d.b.ready
	length, earliest := 0, 0
	for o := ready.Head(); o != nil; o = o.Next {
		length++
		if o.Handle != nil && o.Handle == op.Handle && !op.Kind.OnFile() && o.Kind.Direction() == op.Kind.Direction() {
			earliest = length
		}
	}
	var rest backend.Queue
	rest.Append(ready)
	for at := earliest + d.b.net.below(length-earliest+1); at > 0; at-- {
		ready.Push(rest.Pop())
	}
	ready.Push(op)
	ready.Append(&rest)
}

// cancel cancels op, which is in the queue, unless CancelLoses decides otherwise
// and op can succeed.
func (d *direction) cancel(op *backend.Op) {
	n := d.b.net
	if op == d.queue.Head() && feasible(op) && n.chance(cancelLoses, d.who) {
		return
	}
	n.note(record{verb: verbCancel, who: d.who})
	d.complete(op, moved(op), backend.ErrCanceled)
	if s, ok := op.Handle.(*stream); ok && s.out.ending {
		s.out.run() // nothing may be left to be written: then the end follows
	}
}

// cancelAll cancels all operations in the queue, in order.
func (d *direction) cancelAll() {
	for op := d.queue.Head(); op != nil; {
		next := op.Next // complete moves op to another list
		d.cancel(op)
		op = next
	}
}

// close completes everything at once: held operations with their results, queued
// ones with err.
func (d *direction) close(err error) {
	n := d.b.net
	n.unschedule(&d.stall)
	n.unschedule(&d.release)
	d.b.ready.Append(&d.held)
	for op := d.queue.Head(); op != nil; op = d.queue.Head() {
		d.finish(op, moved(op), err)
		d.b.ready.Push(op)
	}
	d.b.signal()
}
