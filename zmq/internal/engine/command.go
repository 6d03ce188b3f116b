package engine

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// onCommand carries out a command of the peer's (RFC 37, "Commands"). Whole
// messages that came before it have been delivered. What is malformed, unknown, or
// none of this socket's business is ignored, as libzmq does: it is a frame of its
// own, and the connection is as good behind it as before.
func (e *Engine) onCommand(body []byte) {
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
		e.subscription(true, wire.ParseSubscribe(data))
	case wire.CommandCancel:
		e.subscription(false, wire.ParseCancel(data))
	}
}

// maxAnswers bounds, in bytes, the answers that wait for a peer who asks and does
// not read.
const maxAnswers = 64 << 10

// answer sends an answer to a command, unless many wait already: those will do.
func (e *Engine) answer(frame []byte) {
	if e.waiting() <= maxAnswers {
		e.queueCommand(frame)
	}
}

// waiting is how many bytes of commands are not even being written.
func (e *Engine) waiting() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.queued)
}

// subscription gives a publisher's pattern the message that a subscription is in
// ZMTP 3.0, which patterns understand.
func (e *Engine) subscription(subscribe bool, prefix []byte) {
	if e.fromSubscriber() {
		e.inbox.Put(message.Batch{Buf: wire.AppendSubscription(nil, subscribe, prefix), Msgs: 1, Size: 1 + len(prefix)})
	}
}

// subscribes reports whether our own messages are subscriptions that this peer
// takes as commands: from ZMTP 3.1 on.
func (e *Engine) sendsSubscriptions() bool {
	subscriber := e.cfg.Type == wire.SUB || e.cfg.Type == wire.XSUB
	return subscriber && e.subscribesByCommand
}

// translate turns a batch of subscription messages into commands.
func translate(batch *message.Batch) []byte {
	var cursor message.Cursor
	var commands []byte
	cursor.Load(*batch)
	for m, ok := cursor.Next(); ok; m, ok = cursor.Next() {
		switch subscribe, prefix, ok := wire.ParseSubscription(m.Bytes()); {
		case ok && subscribe:
			commands = wire.AppendSubscribe(commands, prefix)
		case ok:
			commands = wire.AppendCancel(commands, prefix)
		default: // an XSUB's own message upstream
			var own message.Batch
			own.Append(m, int(^uint(0)>>1))
			commands = append(commands, own.Buf...)
		}
	}
	return commands
}
