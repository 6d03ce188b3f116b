package zmq_test

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// Each error that a user meets names the call, its object, and what to do, and is
// the documented one.
func TestErrorTexts(t *testing.T) {
	f := newFixture(t, "inproc")
	of := func(typ zmq.Type, o zmq.Options) *zmq.Socket { return f.Socket(typ, o) }
	recv := func(s *zmq.Socket) error { _, err := s.Recv(f.Ctx); return err }
	send := func(s *zmq.Socket, frames ...string) error { return s.Send(f.Ctx, zmq.StringMsg(frames...)) }
	closed := of(zmq.PULL, zmq.Options{})
	must(t, closed.Close())
	closedPush, closedSub := of(zmq.PUSH, zmq.Options{}), of(zmq.SUB, zmq.Options{})
	must(t, closedPush.Close())
	must(t, closedSub.Close())
	tryRecv := func(s *zmq.Socket) error { _, err := s.TryRecv(); return err }
	_, ofZero := new(zmq.Context).NewSocket(zmq.PULL, zmq.Options{})
	gone, err := zmq.NewContext(zmq.ContextOptions{})
	must(t, err)
	must(t, gone.Close())
	asked := of(zmq.REQ, zmq.Options{Linger: zmq.NoLinger})
	must(t, asked.Connect("inproc://nobody"))
	must(t, send(asked, "q"))
	req, rep := of(zmq.REQ, zmq.Options{}), of(zmq.REP, zmq.Options{})
	f.Link(rep, req)
	must(t, send(req, "q"))
	must(t, recv(rep))
	push, pull := of(zmq.PUSH, zmq.Options{}), of(zmq.PULL, zmq.Options{})
	f.Link(pull, push)
	must(t, send(push, "two", "frames"))
	_, multipart := pull.RecvBytes(f.Ctx)
	must(t, pull.Bind("inproc://taken"))
	pair := of(zmq.PAIR, zmq.Options{Linger: zmq.NoLinger})
	must(t, pair.Connect("inproc://pair"))
	_, ofClosed := gone.NewSocket(zmq.PULL, zmq.Options{})
	_, ofXPUB := f.Sockets.NewSocket(zmq.Type(9), zmq.Options{})
	_, of99 := f.Sockets.NewSocket(zmq.Type(99), zmq.Options{})
	_, parsed := zmq.ParseType("xsub")
	_, misspelt := zmq.ParseType("pusch")
	done, cancel := context.WithCancel(f.Ctx)
	cancel()
	late, stop := context.WithDeadline(f.Ctx, time.Now())
	defer stop()
	_, cancelled := pull.Recv(done)
	_, expired := pull.Recv(late)
	const types = "PUSH, PULL, PUB, SUB, REQ, REP, DEALER, ROUTER or PAIR"
	for _, tt := range []struct {
		err, is error
		text    string
	}{
		{recv(of(zmq.PUSH, zmq.Options{})), zmq.ErrNotSupported, "zmq: receive on PUSH: this type only sends: receive with PULL"},
		{recv(of(zmq.PUB, zmq.Options{})), zmq.ErrNotSupported, "zmq: receive on PUB: this type only sends: receive with SUB"},
		{send(of(zmq.PULL, zmq.Options{}), "x"), zmq.ErrNotSupported, "zmq: send on PULL: this type only receives: send with PUSH"},
		{send(of(zmq.SUB, zmq.Options{}), "x"), zmq.ErrNotSupported, "zmq: send on SUB: this type only receives: send with PUB"},
		{of(zmq.PULL, zmq.Options{}).Subscribe(""), zmq.ErrNotSupported, "zmq: subscribe on PULL: only SUB sockets have subscriptions: receive with SUB"},
		{of(zmq.PUB, zmq.Options{}).Unsubscribe(""), zmq.ErrNotSupported, "zmq: unsubscribe on PUB: a PUB sends what its SUB peers have subscribed to: call it on those"},
		{of(zmq.SUB, zmq.Options{}).Subscribe(strings.Repeat("a", 1<<20+1)), zmq.ErrLongPrefix, "zmq: subscribe on SUB: the prefix has 1048577 bytes, and publishers take at most 1048576: use the start of it"},
		{send(asked, "q"), zmq.ErrState, "zmq: send on REQ: the request before has no reply yet: receive that first, or set ReqRelaxed to give it up"},
		{recv(of(zmq.REQ, zmq.Options{})), zmq.ErrState, "zmq: receive on REQ: no request was sent: send one first"},
		{recv(rep), zmq.ErrState, "zmq: receive on REP: the request before has no reply yet: send that first"},
		{send(of(zmq.REP, zmq.Options{}), "x"), zmq.ErrState, "zmq: send on REP: no request was received: receive one first"},
		{send(of(zmq.ROUTER, zmq.Options{}), "id"), zmq.ErrNoFrame, "zmq: send on ROUTER: the message has one frame and needs two: the routing id of its receiver, then what is sent: use SendFrames(ctx, id, body)"},
		{send(of(zmq.ROUTER, zmq.Options{RouterMandatory: true}), "id\x00", "x"), zmq.ErrUnroutable, `zmq: send on ROUTER: no peer has the routing id "id\x00": wait until it has connected`},
		{send(push), zmq.ErrNoFrame, "zmq: send on PUSH: the message has no frame: make one with NewMsg, or use SendBytes"},
		{multipart, zmq.ErrMultipart, "zmq: RecvBytes on PULL: the message has 2 frames: receive it with Recv or RecvFrames"},
		{send(of(zmq.PUSH, zmq.Options{SendTimeout: 1}), "x"), zmq.ErrTimeout, "zmq: send on PUSH (neither bound nor connected): no peer took the message before SendTimeout had passed: is one connected, and does it receive?"},
		{send(of(zmq.PUSH, zmq.Options{SendTimeout: 1}), "x"), os.ErrDeadlineExceeded, ""},
		{recv(of(zmq.PULL, zmq.Options{RecvTimeout: 1})), zmq.ErrTimeout, "zmq: receive on PULL (neither bound nor connected): no message came before RecvTimeout had passed: is a peer connected, and does it send?"},
		{recv(of(zmq.PULL, zmq.Options{RecvTimeout: 1})), os.ErrDeadlineExceeded, ""},
		{of(zmq.PUSH, zmq.Options{}).TrySend(zmq.StringMsg("x")), zmq.ErrWouldBlock, "zmq: send on PUSH: no peer can take the message now: try again when Writable says so, or use Send, which waits"},
		{tryRecv(of(zmq.PULL, zmq.Options{})), zmq.ErrWouldBlock, "zmq: receive on PULL: there is no message now: try again when Readable says so, or use Recv, which waits"},
		{cancelled, context.Canceled, "zmq: receive on PULL (inproc://2 listening, and 1 more): the context of the call was done before it: context canceled"},
		{expired, context.DeadlineExceeded, "zmq: receive on PULL (inproc://2 listening, and 1 more): the context of the call was done before it: context deadline exceeded"},
		{recv(closed), zmq.ErrClosed, "zmq: receive on PULL: the socket or its context is closed: make another with NewSocket"},
		{send(closedPush, "x"), zmq.ErrClosed, "zmq: send on PUSH: the socket or its context is closed: make another with NewSocket"},
		{closedSub.Subscribe(""), zmq.ErrClosed, "zmq: subscribe on SUB: the socket or its context is closed: make another with NewSocket"},
		{ofZero, ofZero, "zmq: NewSocket: the Context was not made with NewContext: make it so, or use zmq.NewSocket, which has a context of its own"},
		{recv(closed), net.ErrClosed, ""},
		{closed.Bind("inproc://x"), net.ErrClosed, "zmq: bind inproc://x: the socket or its context is closed"},
		{closed.Unbind("inproc://x"), zmq.ErrClosed, "zmq: unbind inproc://x: the socket or its context is closed"},
		{ofClosed, zmq.ErrClosed, "zmq: NewSocket: the context is closed: make the socket on another"},
		{ofClosed, net.ErrClosed, ""},
		{ofXPUB, errors.ErrUnsupported, "zmq: option Type: XPUB is not implemented yet: expected " + types + ": unsupported operation"},
		{of99, of99, "zmq: option Type: 99 is not a socket type: expected " + types},
		{parsed, errors.ErrUnsupported, `zmq: socket type "xsub": XSUB is not implemented yet: expected ` + types + ": unsupported operation"},
		{misspelt, misspelt, `zmq: socket type "pusch": unknown: expected ` + types},
		{push.Unbind("tcp://127.0.0.1:1"), zmq.ErrNotBound, "zmq: unbind tcp://127.0.0.1:1: the socket is not bound to it: give the endpoint that was given to Bind, or that LastEndpoint returned after it"},
		{push.Disconnect("tcp://127.0.0.1:1"), zmq.ErrNotConnected, "zmq: disconnect tcp://127.0.0.1:1: the socket is not connected to it: give the endpoint that was given to Connect"},
		{push.Bind("inproc://taken"), zmq.ErrNameTaken, "zmq: bind inproc://taken: another socket of the context has bound that name: unbind that first, or use another name"},
		{push.Connect(rep.LastEndpoint()), zmq.ErrIncompatible, "zmq: connect " + rep.LastEndpoint() + ": socket types do not go together: PUSH and REP"},
		{pair.Connect("inproc://other"), zmq.ErrSecondPeer, "zmq: connect inproc://other: a PAIR has one peer, and this one has it already: disconnect that first, or use DEALER"},
	} {
		if tt.err == nil || !errors.Is(tt.err, tt.is) {
			t.Errorf("%v is not %v", tt.err, tt.is)
		} else if tt.text != "" && tt.err.Error() != tt.text {
			t.Errorf("the text is\n\t%s\nand not\n\t%s", tt.err, tt.text)
		}
	}
}

// The panic for a missing frame names the index that the program gave.
func TestFrameText(t *testing.T) {
	for _, i := range []int{-1, 1, 3} {
		func() {
			defer func() {
				want := map[int]string{
					-1: "zmq: Msg.Frame(-1) of a message of 1 frames: the first is 0; see Msg.Len",
					1:  "zmq: Msg.Frame(1) of a message of 1 frames: the first is 0; see Msg.Len",
					3:  "zmq: Msg.Frame(3) of a message of 1 frames: the first is 0; see Msg.Len",
				}[i]
				if got := recover(); got != want {
					t.Errorf("%v, want %s", got, want)
				}
			}()
			m := zmq.StringMsg("one")
			m.Frame(i)
		}()
	}
}

// The sentence agrees with the number of messages.
func TestUnsentErrorText(t *testing.T) {
	tests := []struct {
		err  zmq.UnsentError
		want string
	}{
		{zmq.UnsentError{Of: "PUSH", Messages: 1, Err: context.Canceled}, "zmq: shutdown of PUSH: 1 message could not be sent and was dropped: context canceled: give it more time"},
		{zmq.UnsentError{Of: "the context", Messages: 2}, "zmq: shutdown of the context: 2 messages could not be sent and were dropped: their peers are gone"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
