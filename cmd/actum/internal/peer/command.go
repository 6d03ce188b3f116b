// Package peer runs one socket on the command line: `actum push`, `actum pull`
// and the others. Only received messages go to standard output.
//
// What the types do:
//
//	push, pub             send the messages of --data or standard input, then end
//	pull, sub             receive
//	req                   send a request, receive its reply, and repeat
//	rep                   receive a request, send the reply: the request itself
//	                      (--echo), --data, or a message of standard input
//	dealer, router, pair  send and receive at once
//
// A command ends after --count messages, or when its input has ended and it has
// nothing more to receive. Sent messages are delivered before it ends. The types
// that send and receive at once end when they have received the count and sent
// all of standard input; if standard input is a terminal, the count alone is
// enough.
package peer

import (
	"context"
	"math"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/zmq"
)

// Common are the flags of every type.
type Common struct {
	Endpoints []string `arg:"" optional:"" name:"endpoint" help:"tcp://host:port or ipc://path, to connect to. With @ in front, or a * for any host, port or path, it is bound; '>' in front connects."`

	Bind    []string      `short:"b" sep:"none" placeholder:"EP" help:"Bind to an endpoint. Repeatable."`
	Connect []string      `short:"c" sep:"none" placeholder:"EP" help:"Connect to an endpoint, now or when a peer binds it. Repeatable."`
	Count   uint          `short:"n" placeholder:"N" help:"End after N messages sent (push, pub), exchanges (req, rep), messages received (all others)."`
	Timeout time.Duration `short:"t" placeholder:"D" help:"Give up (exit code 1) when sending or receiving a message, or delivering the last ones, takes longer: 500ms, 5s."`
	JSON    bool          `short:"j" name:"json" help:"Messages as JSON documents, in and out: {\"frames\":[\"text\",{\"base64\":\"AAE=\"}]}."`
	Opt     []string      `short:"o" sep:"none" placeholder:"NAME=VALUE" help:"Set a socket option by libzmq's name, to libzmq's value; actum options lists them. Repeatable."`
	Backend string        `placeholder:"NAME" help:"The proactor's backend instead of the best one; actum backends lists them."`
	Quiet   bool          `short:"q" help:"Do not say on standard error what the command waits for."`
	Verbose bool          `short:"v" help:"Say on standard error why connections fail or end."`
}

// Sending are the flags of types that send.
type Sending struct {
	Data []string `short:"d" sep:"none" placeholder:"TEXT" help:"Send this instead of standard input's lines. Repeatable: the frames of one message."`
	Rate float64  `short:"r" placeholder:"N" help:"Send at most N messages a second."`
}

// The commands.
type (
	// Push is `actum push`; the others are named alike.
	Push struct {
		Common
		Sending
	}
	Pull struct{ Common }
	Pub  struct {
		Common
		Sending
		Wait uint `short:"w" default:"1" placeholder:"N" help:"Wait for N subscriptions before the first message: ${default} by default, 0 not to wait."`
	}
	Sub struct {
		Common
		Subscribe []string `short:"s" sep:"none" placeholder:"PREFIX" help:"Receive messages that start with PREFIX; without this flag, all. Repeatable."`
	}
	Req struct {
		Common
		Sending
	}
	Rep struct {
		Common
		Sending
		Echo bool `short:"e" help:"Reply with the request."`
	}
	Dealer struct {
		Common
		Sending
	}
	Router struct {
		Common
		Sending
	}
	Pair struct {
		Common
		Sending
	}
)

// Run is called by the parser, as is the Run of each other command.
func (c *Push) Run(ctx context.Context, s system.Streams) error {
	return c.run(ctx, s, zmq.PUSH, c.Sending, c.repeats(), (*session).sendCounted)
}

func (c *Pull) Run(ctx context.Context, s system.Streams) error {
	return c.run(ctx, s, zmq.PULL, Sending{}, 0, (*session).receiveAll)
}

func (c *Pub) Run(ctx context.Context, s system.Streams) error {
	return c.run(ctx, s, zmq.PUB, c.Sending, c.repeats(), func(s *session, ctx context.Context) error {
		if err := s.awaitSubscriptions(ctx, int(min(c.Wait, math.MaxInt32))); err != nil {
			return err
		}
		return s.publishAll(ctx)
	})
}

func (c *Sub) Run(ctx context.Context, s system.Streams) error {
	if len(c.Subscribe) == 0 {
		c.Subscribe = []string{""}
	}
	for _, prefix := range c.Subscribe {
		c.Opt = append(c.Opt, "subscribe="+prefix)
	}
	return c.run(ctx, s, zmq.SUB, Sending{}, 0, (*session).receiveAll)
}

func (c *Req) Run(ctx context.Context, s system.Streams) error {
	return c.run(ctx, s, zmq.REQ, c.Sending, c.repeats(), (*session).askAll)
}

func (c *Rep) Run(ctx context.Context, s system.Streams) error {
	if c.Echo && c.Data != nil {
		return exit.Usagef("--echo and --data are two different replies: give one of them")
	}
	if c.Echo {
		return c.run(ctx, s, zmq.REP, Sending{}, 0, (*session).echoAll)
	}
	return c.run(ctx, s, zmq.REP, c.Sending, unlimited, (*session).answerAll)
}

func (c *Dealer) Run(ctx context.Context, s system.Streams) error {
	return c.run(ctx, s, zmq.DEALER, c.Sending, 1, (*session).sendAndReceive)
}

func (c *Router) Run(ctx context.Context, s system.Streams) error {
	return c.run(ctx, s, zmq.ROUTER, c.Sending, 1, (*session).sendAndReceive)
}

func (c *Pair) Run(ctx context.Context, s system.Streams) error {
	return c.run(ctx, s, zmq.PAIR, c.Sending, 1, (*session).sendAndReceive)
}

// unlimited repeats --data without end, for the types that answer.
const unlimited = ^uint(0)

// repeats is how many times the types that count sent messages send --data.
func (c *Common) repeats() uint { return max(c.Count, 1) }
