package sim

import (
	"net"
	"os"
	"slices"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A connect that finds the backlog full retries, as TCP does: after a second, then
// at doubled intervals, dialTries times in all.
const (
	dialRetry = time.Second
	dialTries = 7
)

// dial is an outstanding connect.
//
//	connect → (DelayDial) → attempt → the connecting end is in Op.New, the
//	accepting end → (DelayAccept) → listener.pending
type dial struct {
	dir   direction // of its only operation
	op    *backend.Op
	args  *backend.ConnectArgs
	to    endpoint
	from  endpoint
	tries int
	next  event // the next attempt
}

// connect begins op, a connect.
func (b *attachment) connect(op *backend.Op) {
	d := &dial{op: op, args: op.Connect()}
	d.next.owner = d
	d.dir.init(b, b.net.ident('n'), func() {})
	b.dials = append(b.dials, d)
	d.dir.start(op)
	if err := d.resolve(); err != nil {
		d.fail(err)
		return
	}
	if n := b.net; n.chance(delayedDial, d.dir.who) {
		n.schedule(&d.next, n.now+n.delay())
		return
	}
	d.attempt()
}

// resolve sets both addresses.
func (d *dial) resolve() error {
	var err error
	if d.to, err = parsePeer(d.args.Network, d.args.Address); err != nil {
		return err
	}
	if !d.to.at.IsValid() {
		return nil
	}
	d.from = d.to.withPort(0)
	if o := d.args.Socket; o != nil && o.LocalAddr != "" {
		if d.from, err = parse(d.args.Network, o.LocalAddr); err != nil {
			return err
		}
		if d.from.wildcard() {
			d.from = d.to.withPort(d.from.at.Port())
		}
	}
	d.from, err = d.dir.b.net.pickPort(d.from)
	return err
}

func (d *dial) fire(*event) { d.attempt() }

// attempt connects, or completes the connect with the reason why it cannot.
func (d *dial) attempt() {
	n := d.dir.b.net
	l := n.lookup(d.to)
	switch {
	case n.chance(refused, d.dir.who):
		d.fail(os.NewSyscallError("connect", backend.ECONNREFUSED))
	case l == nil:
		d.fail(os.NewSyscallError("connect", d.to.absent()))
	case !l.full():
		d.succeed(l)
	default:
		if d.tries++; d.tries == dialTries {
			d.fail(os.NewSyscallError("connect", backend.ETIMEDOUT))
			return
		}
		n.schedule(&d.next, n.now+dialRetry<<(d.tries-1))
	}
}

func (d *dial) succeed(l *listener) {
	n := d.dir.b.net
	c := newConnection(d, l)
	near, far := &c.ends[0], &c.ends[1]
	n.note(record{verb: verbConnect, who: near.who})
	d.dir.b.addHandle(near)
	d.op.New = near
	d.end()
	d.dir.complete(d.op, 0, nil)

	l.arriving++
	if n.chance(delayedAccept, far.who) {
		n.schedule(&far.arrival, n.now+n.delay())
		return
	}
	l.arrive(far)
}

func (d *dial) fail(err error) {
	err = &net.OpError{Op: "dial", Net: d.args.Network, Addr: name(d.args.Address), Err: err}
	d.dir.b.net.note(record{verb: verbConnect, who: d.dir.who, err: err})
	d.end()
	d.dir.complete(d.op, 0, err)
}

func (d *dial) cancel() {
	n := d.dir.b.net
	if n.chance(cancelLoses, d.dir.who) {
		return
	}
	n.note(record{verb: verbCancel, who: d.dir.who})
	d.end()
	d.dir.complete(d.op, 0, backend.ErrCanceled)
}

// end removes d from its backend's list. Its completion may still be held back.
func (d *dial) end() {
	b := d.dir.b
	b.net.unschedule(&d.next)
	b.dials = slices.DeleteFunc(b.dials, func(o *dial) bool { return o == d })
}

func (b *attachment) dialOf(op *backend.Op) *dial {
	for _, d := range b.dials {
		if d.op == op {
			return d
		}
	}
	return nil
}
