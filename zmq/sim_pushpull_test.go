package zmq

import "time"

// pushPull is a run of PUSH and PULL sockets: any number, any side binds.
//
// What must hold: nothing is received twice or changed; one connection keeps the
// order; without resets every message arrives, and with them those that were on
// the network may be lost; high-water marks hold. When the network is calm again
// new messages arrive; sockets that close with a linger end in time, and what
// they could not send is counted.
type pushPull struct {
	*world
	pushers, pullers []*Socket
	sentBy           []int   // by pusher
	got              []order // by puller and pusher
}

func simPushPull(w *world) {
	p := &pushPull{world: w}
	p.open()
	p.traffic()
	w.calm(p.pullAll)
	lost := p.balance()
	if lost < 0 || (lost > 0 && w.resets() == 0) {
		w.fail("%d messages sent, %d received, %d dropped: %d are missing after %d resets",
			w.sent, w.received, w.dropped, lost, w.resets())
	}
	p.linger(lost)
	for _, s := range p.pullers {
		w.close(s, 0)
	}
}

func (p *pushPull) open() {
	for range 1 + p.dice.IntN(3) {
		p.pushers = append(p.pushers, p.socket(PUSH, p.options()))
	}
	for range 1 + p.dice.IntN(2) {
		p.pullers = append(p.pullers, p.socket(PULL, p.options()))
	}
	p.sentBy = make([]int, len(p.pushers))
	p.got = make([]order, len(p.pushers)*len(p.pullers))
	if p.oneIn(2) {
		p.join(p.pullers, p.pushers)
	} else {
		p.join(p.pushers, p.pullers)
	}
}

// traffic sends and receives until enough is sent.
func (p *pushPull) traffic() {
	for enough := 10 + p.dice.IntN(150); p.sent < enough; {
		switch p.dice.IntN(8) {
		case 0, 1, 2:
			p.push(p.dice.IntN(len(p.pushers)), 1+p.dice.IntN(20))
		case 3, 4:
			p.pull(p.dice.IntN(len(p.pullers)), 1+p.dice.IntN(20))
		default:
			p.turn()
		}
	}
}

// push sends up to n messages.
func (p *pushPull) push(i, n int) {
	for range n {
		switch err := p.pushers[i].TrySend(p.message(i, p.sentBy[i])); err {
		case nil:
			p.sentBy[i]++
			p.sent++
		case ErrWouldBlock:
			return
		default:
			p.fail("TrySend: %v", err)
		}
		p.marks(p.pushers[i])
		most := limits(p.pushers[i].opts.SendHWM, 0).Msgs * len(p.pullers)
		if waiting := p.sentBy[i] - left(p.pushers[i]); waiting > most {
			p.fail("pusher %d holds %d messages for %d peers, %d at most are allowed", i, waiting, len(p.pullers), most)
		}
	}
}

// pull receives up to n messages.
func (p *pushPull) pull(i, n int) {
	for range n {
		m, err := p.pullers[i].TryRecv()
		if err == ErrWouldBlock {
			return
		}
		p.check(err)
		from, number := p.read(m)
		runs, fresh := p.got[i*len(p.pushers)+from].add(number)
		if !fresh {
			p.fail("puller %d received message %d of pusher %d twice", i, number, from)
		}
		if runs > 1+p.resets() {
			p.fail("puller %d received message %d of pusher %d out of order: %d runs with %d resets", i, number, from, runs, p.resets())
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

// balance is how many messages were neither received nor dropped.
func (p *pushPull) balance() int {
	p.dropped = 0
	for _, s := range p.pushers {
		p.dropped += drops(s, DropPeerGone)
	}
	return p.sent - p.received - p.dropped
}

// linger sends more and closes the pushers at once, while nobody receives. What
// they have sent arrives, what they have not is counted: lost stays the same.
func (p *pushPull) linger(lost int) {
	for i, s := range p.pushers {
		p.push(i, p.dice.IntN(30))
		before := drops(s, DropPeerGone)
		sent := p.close(s, pick(p.world, 0, time.Millisecond, time.Minute))
		if dropped := drops(s, DropPeerGone) - before; sent && dropped > 0 {
			p.fail("closed with everything sent, and dropped %d messages", dropped)
		}
		if n := left(s); n != p.sentBy[i] {
			p.fail("%d messages given to a pusher, which says that %d were sent or dropped: %+v", p.sentBy[i], n, s.Stats())
		}
	}
	p.settle(p.pullAll)
	if now := p.balance(); now != lost {
		p.fail("%d messages were lost by closing pushers on a calm network", now-lost)
	}
}
