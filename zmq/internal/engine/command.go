package engine

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// onCommand carries out a command of the peer (RFC 37, "Commands"). Whole
// messages before it have been delivered. A command that is malformed, unknown,
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
		e.subscription(true, wire.ParseSubscribe(data))
	case wire.CommandCancel:
		e.subscription(false, wire.ParseCancel(data))
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

// waiting returns how many bytes of commands wait and are not being written.
func (e *ZMTP) waiting() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.queued)
}

// subscription gives a publisher's pattern a subscription as the message that
// it is in ZMTP 3.0.
func (e *ZMTP) subscription(subscribe bool, prefix []byte) {
	if e.fromSubscriber() {
		e.inbox.Put(message.Batch{Buf: wire.AppendSubscription(nil, subscribe, prefix), Msgs: 1, Size: 1 + len(prefix)})
	}
}

// sendsSubscriptions reports whether our own messages are subscriptions that
// this peer takes as commands: from ZMTP 3.1 on.
func (e *ZMTP) sendsSubscriptions() bool {
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
		default: // a message that an XSUB sends upstream
			var own message.Batch
			own.Append(m, int(^uint(0)>>1))
			commands = append(commands, own.Buf...)
		}
	}
	return commands
}
