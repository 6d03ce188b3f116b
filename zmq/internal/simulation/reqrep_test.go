package simulation

import (
	"errors"
	"time"

	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// reqRep is a run of REQ and REP sockets: any number, any side binds.
//
// What must hold: a reply belongs to the last request, unchanged; no request is
// carried out twice; each socket knows whether to send or receive; a REQ gets no
// reply only if the network has broken a connection since its request. When the
// network is calm again every exchange succeeds.
type reqRep struct {
	*simulation
	asking    []*asker
	answering []*answerer
	bind      string // the side that binds: "req" or "rep"
	carried   map[[2]int]bool
	exchanges int
}

// asker is a REQ socket, and its successors.
type asker struct {
	*core.Socket
	id     int
	number int  // of its last request
	waits  bool // for the reply
	since  time.Duration
	resets int // how many there were when it asked
}

// answerer is a REP socket.
type answerer struct {
	*core.Socket
	request message.Msg
	has     bool // it owes a reply
	replies int  // sent
}

// replyTimeout is how long a REQ waits for a reply before it gives up: longer
// than any request takes on the slowest network.
const replyTimeout = 5 * calmDown

func simReqRep(w *simulation) {
	r := &reqRep{simulation: w, carried: map[[2]int]bool{}}
	r.open()
	restarts := w.oneIn(3)
	for enough := 5 + w.rng.IntN(40); r.exchanges < enough; {
		r.step()
		if restarts && w.oneIn(200) {
			r.restart(pick(w, r.asking...))
		}
	}
	w.calm(r.answerAll)
	r.afterwards()
	for _, a := range r.asking {
		w.Close(a.Socket, 0)
	}
	for _, a := range r.answering {
		w.Close(a.Socket, 0)
		if n := left(a.Socket); n != a.replies {
			w.Fail("a REP was given %d replies and says that %d were sent or dropped: %+v", a.replies, n, a.Stats())
		}
	}
}

func (r *reqRep) open() {
	var asking, answering []*core.Socket
	for i := range 1 + r.rng.IntN(3) {
		a := &asker{id: i, Socket: r.Socket(wire.REQ, r.options())}
		r.asking, asking = append(r.asking, a), append(asking, a.Socket)
	}
	for range 1 + r.rng.IntN(2) {
		a := &answerer{Socket: r.Socket(wire.REP, r.options())}
		r.answering, answering = append(r.answering, a), append(answering, a.Socket)
	}
	if r.bind = "rep"; r.oneIn(3) {
		r.bind = "req"
		r.join(asking, answering)
	} else {
		r.join(answering, asking)
	}
}

func (r *reqRep) step() {
	switch r.rng.IntN(4) {
	case 0:
		r.ask(pick(r.simulation, r.asking...))
	case 1:
		r.answer(pick(r.simulation, r.answering...))
	default:
		r.turn()
	}
}

// ask sends a request if none is outstanding, and looks for the reply otherwise.
func (r *reqRep) ask(a *asker) {
	if a.waits {
		r.reply(a)
		return
	}
	if _, err := a.TryRecv(); !errors.Is(err, pattern.ErrState) {
		r.Fail("a REQ that has not asked receives: %v", err)
	}
	resets := r.resets()
	err := a.TrySend(r.message(a.id, a.number+1))
	if errors.Is(err, pattern.ErrWouldBlock) {
		return
	}
	r.Check(err)
	a.number++
	a.waits, a.since, a.resets = true, r.Dispatcher.Now(), resets
	r.sent++
	r.marks(a.Socket)
	if err := a.TrySend(r.message(a.id, a.number)); !errors.Is(err, pattern.ErrState) {
		r.Fail("a REQ that waits for a reply sends: %v", err)
	}
}

func (r *reqRep) reply(a *asker) {
	m, err := a.TryRecv()
	if errors.Is(err, pattern.ErrWouldBlock) {
		if r.Dispatcher.Now()-a.since > replyTimeout {
			r.lost(a)
		}
		return
	}
	r.Check(err)
	if id, number := r.read(m); id != a.id || number != a.number {
		r.Fail("REQ %d asked %d and received the reply to %d of REQ %d", a.id, a.number, number, id)
	}
	a.waits = false
	r.exchanges++
	r.received++
}

// lost replaces a REQ whose request was lost.
func (r *reqRep) lost(a *asker) {
	// Either a connection was broken since, or the request was given to one that
	// had been broken just before, and that is counted.
	if r.resets() == a.resets && drops(a.Socket, pattern.DropPeerGone) == 0 {
		r.Fail("REQ %d has waited without a reply since %v, and no connection was broken: %+v", a.id, a.since, a.Stats())
	}
	r.restart(a)
	r.dropped++
	r.exchanges++ // it counts as one: a rough network must not take for ever
}

// restart replaces a REQ in any state. The reply of the REP that has its request,
// or will have it, is dropped.
func (r *reqRep) restart(a *asker) {
	a.Socket, a.waits = r.again(a.Socket, time.Millisecond), false
}

// answer receives a request, or sends the reply to the last one, which is the
// same message.
func (r *reqRep) answer(a *answerer) {
	if a.has {
		if _, err := a.TryRecv(); !errors.Is(err, pattern.ErrState) {
			r.Fail("a REP that owes a reply receives: %v", err)
		}
		r.Check(a.TrySend(a.request))
		a.has = false
		a.replies++
		r.marks(a.Socket)
		return
	}
	if err := a.TrySend(message.New(nil)); !errors.Is(err, pattern.ErrState) {
		r.Fail("a REP that was not asked sends: %v", err)
	}
	m, err := a.TryRecv()
	if errors.Is(err, pattern.ErrWouldBlock) {
		return
	}
	r.Check(err)
	id, number := r.read(m)
	if r.carried[[2]int{id, number}] {
		r.Fail("request %d of REQ %d came twice", number, id)
	}
	r.carried[[2]int{id, number}] = true
	a.request, a.has = m, true
}

// answerAll answers every waiting request.
func (r *reqRep) answerAll() {
	for _, a := range r.answering {
		for r.answer(a); a.has; r.answer(a) {
			r.answer(a)
		}
	}
}

// afterwards checks a calm network: a REQ without a reply was affected by a
// reset, and from then on each gets its reply.
func (r *reqRep) afterwards() {
	for _, a := range r.asking {
		for a.waits {
			r.reply(a)
			r.turn()
		}
	}
	r.settle(r.answerAll) // the peers of sockets that were replaced connect again
	for range 3 {
		for _, a := range r.asking {
			r.exchange(a)
		}
	}
	if r.broken() > 0 {
		return
	}
	for _, a := range r.asking {
		r.nothingDropped(a.Socket)
	}
	for _, a := range r.answering {
		r.nothingDropped(a.Socket)
	}
}

func (r *reqRep) exchange(a *asker) {
	if r.ask(a); !a.waits {
		r.Fail("REQ %d has no peer to ask although the network is calm", a.id)
	}
	answered := r.Until(calmDown, func() bool {
		r.answerAll()
		r.ask(a)
		return !a.waits
	})
	if !answered {
		r.Fail("REQ %d gets no reply although the network is calm", a.id)
	}
}

func (r *reqRep) nothingDropped(s *core.Socket) {
	if dropped := s.Stats().Dropped; len(dropped) > 0 {
		r.Fail("a %v has dropped messages although no connection was broken: %v", s.Type(), dropped)
	}
}
