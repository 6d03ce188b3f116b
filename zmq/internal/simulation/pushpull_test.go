package simulation

import (
	"errors"
	"time"

	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// pushPull is a run of PUSH and PULL sockets: any number, any side binds.
//
// What must hold: no message is received twice or changed; one connection keeps
// the order; a pusher has sent all messages, or dropped and counted them, also
// when it is closed; sent messages arrive, except those on their way when a
// connection is reset or a puller closed; high-water marks hold. When the network
// is calm again new messages arrive, and sockets that close with a linger end in
// time.
type pushPull struct {
	*simulation
	pushers, pullers []*core.Socket
	sentBy           []int   // by pusher
	before           []int   // by pusher: what those before it had sent or dropped
	droppedBefore    int     // by pushers that are closed
	got              []order // by puller and pusher
	pullerClosed     bool
}

func simPushPull(w *simulation) {
	p := &pushPull{simulation: w}
	p.open()
	p.traffic()
	w.calm(p.pullAll)
	lost := p.balance()
	if lost < 0 || (lost > 0 && w.resets() == 0 && !p.pullerClosed) {
		w.Fail("%d messages sent, %d received, %d dropped: %d are missing; %d resets, %d restarts",
			w.sent, w.received, w.dropped, lost, w.resets(), w.restarts)
	}
	p.linger(lost)
	for _, s := range p.pullers {
		w.Close(s, 0)
	}
}

func (p *pushPull) open() {
	for range 1 + p.rng.IntN(3) {
		p.pushers = append(p.pushers, p.Socket(wire.PUSH, p.options()))
	}
	for range 1 + p.rng.IntN(2) {
		p.pullers = append(p.pullers, p.Socket(wire.PULL, p.options()))
	}
	p.sentBy, p.before = make([]int, len(p.pushers)), make([]int, len(p.pushers))
	p.got = make([]order, len(p.pushers)*len(p.pullers))
	if p.oneIn(2) {
		p.join(p.pullers, p.pushers)
	} else {
		p.join(p.pushers, p.pullers)
	}
}

// traffic sends and receives until enough is sent.
func (p *pushPull) traffic() {
	restarts := p.oneIn(3)
	for enough := 10 + p.rng.IntN(150); p.sent < enough; {
		if restarts && p.oneIn(100) {
			p.restart()
		}
		switch p.rng.IntN(8) {
		case 0, 1, 2:
			p.push(p.rng.IntN(len(p.pushers)), 1+p.rng.IntN(20))
		case 3, 4:
			p.pull(p.rng.IntN(len(p.pullers)), 1+p.rng.IntN(20))
		default:
			p.turn()
		}
	}
}

// restart closes any socket and opens it again.
func (p *pushPull) restart() {
	if i := p.rng.IntN(len(p.pullers)); p.oneIn(2) {
		p.pullers[i] = p.again(p.pullers[i], 0)
		p.pullerClosed = true
		return
	}
	i := p.rng.IntN(len(p.pushers))
	s := p.pushers[i]
	p.pushers[i] = p.again(s, pick(p.simulation, 0, time.Millisecond, time.Second))
	p.before[i] += left(s)
	p.droppedBefore += drops(s, pattern.DropPeerGone)
	p.checkLeft(i)
}

// checkLeft checks that a closed pusher accounts for all its messages.
func (p *pushPull) checkLeft(i int) {
	if p.before[i] != p.sentBy[i] {
		p.Fail("%d messages were given to pusher %d, which says that %d were sent or dropped", p.sentBy[i], i, p.before[i])
	}
}

// push sends up to n messages.
func (p *pushPull) push(i, n int) {
	for range n {
		switch err := p.pushers[i].TrySend(p.message(i, p.sentBy[i])); {
		case err == nil:
			p.sentBy[i]++
			p.sent++
		case errors.Is(err, pattern.ErrWouldBlock):
			return
		default:
			p.Fail("TrySend: %v", err)
		}
		p.marks(p.pushers[i])
		peers := len(p.pullers) + p.restarts // those that are closed count until that is heard of
		most := p.pushers[i].Resolved().SendLimits.Msgs * peers
		if waiting := p.sentBy[i] - p.before[i] - left(p.pushers[i]); waiting > most {
			p.Fail("pusher %d holds %d messages for %d peers, %d at most are allowed", i, waiting, peers, most)
		}
	}
}

// pull receives up to n messages.
func (p *pushPull) pull(i, n int) {
	for range n {
		m, err := p.pullers[i].TryRecv()
		if errors.Is(err, pattern.ErrWouldBlock) {
			return
		}
		p.Check(err)
		from, number := p.read(m)
		runs, fresh := p.got[i*len(p.pushers)+from].add(number)
		if !fresh {
			p.Fail("puller %d received message %d of pusher %d twice", i, number, from)
		}
		if runs > 1+p.broken() {
			p.Fail("puller %d received message %d of pusher %d out of order: %d runs, %d connections broken", i, number, from, runs, p.broken())
		}
		p.received++
		m.Release()
	}
}

func (p *pushPull) pullAll() {
	for i := range p.pullers {
		p.pull(i, 1<<30)
	}
}

// balance is the number of messages that were neither received nor dropped.
func (p *pushPull) balance() int {
	p.dropped = p.droppedBefore
	for _, s := range p.pushers {
		p.dropped += drops(s, pattern.DropPeerGone)
	}
	return p.sent - p.received - p.dropped
}

// linger sends more and closes the pushers at once, while no puller receives.
// Messages that were sent arrive, and the others are counted: lost does not
// change.
func (p *pushPull) linger(lost int) {
	for i, s := range p.pushers {
		p.push(i, p.rng.IntN(30))
		dropped := drops(s, pattern.DropPeerGone)
		sent := p.Close(s, pick(p.simulation, 0, time.Millisecond, time.Minute))
		if sent && drops(s, pattern.DropPeerGone) > dropped {
			p.Fail("closed with everything sent, and dropped %d messages", drops(s, pattern.DropPeerGone)-dropped)
		}
		p.before[i] += left(s)
		p.checkLeft(i)
	}
	p.settle(p.pullAll)
	if now := p.balance(); now != lost {
		p.Fail("%d messages were lost by closing pushers on a calm network", now-lost)
	}
}
