// Package zmq is ZeroMQ in pure Go: sockets that carry whole messages, in the
// patterns of RFCs 28 to 31, over tcp, ipc and inproc, to and from any peer that
// speaks ZMTP 3 (libzmq 4 and later among them).
//
// A [Socket] is made with [NewSocket], or on a [Context] of its own, and has any
// number of endpoints, bound or connected. Peers come and go by themselves: a
// connect goes on trying for ever, also before anybody has bound the endpoint,
// and messages for a peer that is not there wait up to the high-water mark.
//
// Every socket may be used by any number of goroutines at once. A message is one
// value and is sent and received as a whole, so that the frames of two senders
// never mix. Every call that may wait takes a context.
//
// # Coming from libzmq
//
// Options are given when a socket is made, and a zero [Options] has libzmq's
// defaults; [Options.Set] takes libzmq's names and numbers. A multipart message is
// one [Msg]: there is no SNDMORE and no RCVMORE. ZMQ_DONTWAIT is [Socket.TrySend]
// and [Socket.TryRecv]; a poller is a select over [Socket.Readable] and
// [Socket.Writable], or a goroutine for each socket. [Socket.Close] itself waits
// for the linger, which is for ever unless Options.Linger says otherwise, where
// zmq_close leaves that to zmq_ctx_term. docs/from-libzmq.md has more.
//
// # Memory
//
// [Socket.SendBytes] and [Socket.SendFrames] copy what they are given. What
// [Socket.RecvBytes] and [Socket.RecvFrames] return belongs to the caller.
//
// [Socket.SendOwned] and [Socket.Send] do not copy frames of 4 KiB or more: nobody
// may write to them afterwards, but all may read them, and send them again, to any
// number of sockets. The same holds for a message that [Socket.Recv] returns. It
// stays valid for as long as it is referred to, and may share its memory with
// messages that arrived beside it (at most 128 KiB): use [Msg.Clone] for one that
// is kept for long, or is to be changed.
//
// [Msg.Release] gives memory back for reuse; it is never needed. A program that
// forwards large messages at speed calls it after Send.
package zmq
