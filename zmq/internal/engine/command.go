package engine

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// onCommand implements protocol (RFC 37, "Commands"). A command that is malformed, unknown,
// or not for this socket is ignored, as libzmq does: it is a frame of its own,
// and the bytes behind it can be read as well as before.
func (e *ZMTP) onCommand(body []byte) {
	name, data, err := wire.ParseCommand(body)
	if err != nil {
		return
	}
	switch string(name) {
	case wire.CommandPing:
		ttl, context, err := wire.ParsePing(data)
		if err == nil && ttl > 0 {
			e.expect(&e.newHeartbeat().more, ttl)
		}
		e.answer(wire.AppendPong(nil, context))
	case wire.CommandSubscribe:
		e.subscription(wire.Subscription{Action: wire.Subscribe, Topic: wire.ParseSubscribe(data)})
	case wire.CommandCancel:
		e.subscription(wire.Subscription{Action: wire.Cancel, Topic: wire.ParseCancel(data)})
	}
}

// maxAnswers bounds, in bytes, the answers that wait for a peer that sends
// PINGs and does not read.
const maxAnswers = 64 << 10

// answer sends an answer to a command, unless enough answers wait already.
func (e *ZMTP) answer(frame []byte) {
	if e.waiting() <= maxAnswers {
		e.queueCommand(frame)
	}
}

// subscription gives a subscription to the pattern of a socket that takes them.
func (e *ZMTP) subscription(s wire.Subscription) {
	if e.cfg.Type.Receives(wire.Subscriptions) {
		var b message.Batch
		b.AppendSubscription(s)
		e.inbox.Put(b)
	}
}

// translate returns the frames of a batch with subscriptions, these in the form
// that the peer takes: commands from ZMTP 3.1 on, messages before. It stops
// behind most bytes. whole is the number of messages and subscriptions that end
// within most bytes.
func translate(batch *message.Batch, commands bool, most int) (framed []byte, whole int) {
	frames := batch.Frames()
	for {
		flags, body, ok := frames.Next()
		if !ok {
			return framed, whole
		}
		if flags&wire.FlagCommand == 0 {
			framed = append(wire.AppendFrameHeader(framed, flags, len(body)), body...)
		} else if s, _ := wire.ParseSubscription(body); commands {
			framed = s.AppendCommand(framed)
		} else {
			framed = s.AppendMessage(framed)
		}
		if len(framed) > most {
			return framed, whole
		}
		if flags&wire.FlagMore == 0 {
			whole++
		}
	}
}
