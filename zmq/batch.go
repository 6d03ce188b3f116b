package zmq

import (
	"context"

	"github.com/actum-go/actum/zmq/internal/message"
)

// SendBatch sends the messages in their order, each as [Socket.Send] does, and returns
// how many it has sent. If n is less than len(ms), err says why ms[n] was not sent: the
// caller may send ms[n:] again. Options.SendTimeout bounds the wait for each message.
//
// One call for many messages is much faster than a call for each. Other goroutines may
// send meanwhile: their messages may come between those of the batch. A type whose
// calls alternate, such as REQ, sends the first message of a batch only.
//
// The caller keeps ms and its messages, as with Send.
func (s *Socket) SendBatch(ctx context.Context, ms []Msg) (n int, err error) {
	return s.core.Pattern().SendBatch(ctx, message.Messages(ms))
}

// TrySendBatch sends messages as SendBatch does, but fails with ErrWouldBlock where
// SendBatch waits.
func (s *Socket) TrySendBatch(ms []Msg) (n int, err error) {
	return s.core.Pattern().TrySendBatch(message.Messages(ms))
}

// RecvBatch receives messages into ms and returns their number. It waits for the first
// as [Socket.Recv] does, and takes those that have come by then, up to len(ms). Peers
// have their turns as with Recv. err is nil if n is not 0. RecvBatch leaves ms[n:] as it
// was, and returns at once if ms is empty.
//
// The messages may be read and sent, as those of Recv. A type whose calls alternate,
// such as REP, receives one message.
func (s *Socket) RecvBatch(ctx context.Context, ms []Msg) (n int, err error) {
	return s.core.Pattern().RecvBatch(ctx, message.Messages(ms))
}

// TryRecvBatch receives messages as RecvBatch does, but fails with ErrWouldBlock where
// RecvBatch waits.
func (s *Socket) TryRecvBatch(ms []Msg) (n int, err error) {
	return s.core.Pattern().TryRecvBatch(message.Messages(ms))
}

// ReleaseBatch calls [Msg.Release] for each message, and takes less time than that many
// calls. It is never needed.
func ReleaseBatch(ms []Msg) { message.ReleaseMessages(message.Messages(ms)) }
