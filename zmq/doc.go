// Package zmq is ZeroMQ in pure Go: sockets that carry whole messages, in the
// patterns of RFCs 28 to 31, over tcp, ipc and inproc, to and from any peer that
// speaks ZMTP 3, such as libzmq 4 and later.
//
//	s, err := zmq.NewSocket(zmq.PUSH, zmq.Options{})
//	err = s.Connect("tcp://127.0.0.1:5555")
//	err = s.SendBytes(ctx, []byte("hello"))
//
// A [Socket] is made with [NewSocket], or on a [Context] of its own. It has any
// number of endpoints, bound or connected. Peers may come and go: a socket
// connects again until it succeeds, even before a peer has bound the endpoint,
// and messages for a peer that is not there wait up to the high-water mark.
//
// Every socket may be used by any number of goroutines at once. A message is one
// value and is sent and received as a whole, so the frames of two senders never
// mix. Every call that may wait takes a context.
//
// # Coming from libzmq
//
// Options are given when a socket is made, and a zero [Options] has libzmq's
// defaults; [Options.Set] takes libzmq's names and numbers. [Socket.ChangeOptions]
// and [Socket.Set] change them later. A multipart message is one [Msg]: there is no SNDMORE and no RCVMORE. ZMQ_DONTWAIT is
// [Socket.TrySend] and [Socket.TryRecv]; a poller is a select over
// [Socket.Readable] and [Socket.Writable], or a goroutine for each socket.
// [Socket.Close] itself waits for the linger, without a limit unless
// Options.Linger sets one; in libzmq, zmq_ctx_term waits and zmq_close does not.
// docs/from-libzmq.md has more.
//
// # Memory
//
// [Socket.SendBytes] and [Socket.SendFrames] copy their arguments. The bytes that
// [Socket.RecvBytes] and [Socket.RecvFrames] return belong to the caller.
//
// [Socket.SendOwned] and [Socket.Send] do not copy frames of 4 KiB or more. The
// program must not write to such a frame afterwards. It may read it, and send it
// again to any number of sockets. The same holds for a message that [Socket.Recv]
// returns. That message stays valid for as long as the program refers to it, and
// may share its memory with messages that arrived beside it (at most 128 KiB):
// use [Msg.Clone] for one that is kept for long, or is to be changed.
//
// [Msg.Release] gives memory back for reuse; it is never needed. A program that
// forwards large messages at a high rate calls it after Send.
package zmq
