package pattern_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

func token(ready <-chan struct{}) bool {
	select {
	case <-ready:
		return true
	default:
		return false
	}
}

// A receiver that takes one message for each token gets all messages.
func TestCanRecv(t *testing.T) {
	push, pull := pattern.NewPush(defaults()), pattern.NewPull(defaults())
	join(t, push, pull)
	ready := pull.CanRecv()
	if !token(ready) {
		t.Fatal("no token at the start: something may be there already")
	}
	expectNothing(t, pull)
	if token(ready) {
		t.Fatal("a token without a message")
	}
	for range 3 {
		send(t, push, "x")
	}
	for n := 0; n < 3; {
		if !token(ready) {
			t.Fatalf("no token with %d messages left", 3-n)
		}
		if _, err := pull.TryRecv(); err == nil {
			n++
		}
	}
	for token(ready) {
		expectNothing(t, pull)
	}
	pull.Close()
	if !token(ready) {
		t.Fatal("no token when the socket is closed")
	}
}

func TestCanSend(t *testing.T) {
	push, pull := pattern.NewPush(hwm(2)), pattern.NewPull(hwm(2))
	ready := push.CanSend()
	token(ready)
	expectError(t, "without a peer", push.TrySend(msg("x")), pattern.ErrWouldBlock)
	join(t, push, pull)
	if !token(ready) {
		t.Fatal("no token when a peer came")
	}
	fill(push)
	token(ready)
	expect(t, pull, "x")
	expect(t, pull, "x")
	expectNothing(t, pull)
	if !token(ready) {
		t.Fatal("no token when there was room again")
	}
	if push.CanSend() != ready {
		t.Fatal("another channel")
	}
	push.Close()
	if !token(ready) {
		t.Fatal("no token when the socket is closed")
	}
}

// A program that waits until it can send gets a token when a peer comes, for
// each type of socket.
func TestCanSendWhenAPeerComes(t *testing.T) {
	for name, tt := range map[string]struct {
		socket, peer func(pattern.Config) *pattern.Socket
	}{
		"PUSH":   {pattern.NewPush, pattern.NewPull},
		"DEALER": {pattern.NewDealer, pattern.NewDealer},
		"REQ":    {pattern.NewReq, pattern.NewRep},
		"ROUTER": {pattern.NewRouter, pattern.NewDealer},
		"PAIR":   {pattern.NewPair, pattern.NewPair},
	} { // a PUB can always send
		t.Run(name, func(t *testing.T) {
			s := tt.socket(defaults())
			ready := s.CanSend()
			token(ready)
			join(t, s, tt.peer(defaults()), "", "peer")
			if !token(ready) {
				t.Error("no token when a peer came")
			}
		})
	}
}

// A program that waits for room at a ROUTER's peer gets a token when the peer
// leaves: the next try fails.
func TestCanSendAfterAPeerOfARouterLeft(t *testing.T) {
	router := pattern.NewRouter(mandatory(1))
	p := attached(t, router)
	c := connect(t, router, p, "a")
	// The consumer holds a message, and nothing waits behind it: the end of the
	// peer makes no room.
	p.Out.Attach(&lazy{out: p.Out}, true)
	send(t, router, "a", "x")
	var taken message.Batch
	p.Out.Take(&taken)
	ready := router.CanSend()
	token(ready)
	expectError(t, "to a peer without room", router.TrySend(msg("a", "y")), pattern.ErrWouldBlock)
	c.end()
	if !token(ready) {
		t.Fatal("no token when the peer left")
	}
	expectError(t, "to a peer that has left", router.TrySend(msg("a", "y")), pattern.ErrUnroutable)
	p.Out.Detach(&taken)
	router.Detach(p, true)
}

func TestCanSendInTurn(t *testing.T) {
	req, rep := pattern.NewReq(defaults()), pattern.NewRep(defaults())
	join(t, req, rep)
	canAsk, canReply := req.CanSend(), rep.CanSend()
	token(canAsk)
	token(canReply)
	send(t, req, "q")
	expect(t, rep, "q")
	if !token(canReply) {
		t.Fatal("no token when it is REP's turn")
	}
	send(t, rep, "r")
	expect(t, req, "r")
	if !token(canAsk) {
		t.Fatal("no token when it is REQ's turn")
	}
}
