// Package netio is package net's face of the proactor: a [Conn] is a net.Conn, a
// [Listener] a net.Listener, a [PacketConn] a net.PacketConn, made of
// asynchronous operations. What is written for package net runs on them as it is,
// crypto/tls and net/http among it.
//
// # What both sides promise
//
//   - Somebody runs the dispatcher, on a goroutine of its own: that is who
//     completes what blocks here. A call that would wait, made by a completion
//     handler of the same dispatcher, would wait for ever: it fails with
//     proactor.ErrInHandler.
//   - A Read or a Write first tries, on the caller's goroutine; only what would
//     block becomes an operation. Its buffer is the runtime's until the call
//     returns, also after a deadline, a cancellation or a Close: the call returns
//     once the operation has completed.
//   - All methods may be called from any goroutine. Calls of the same direction
//     are carried out one after the other: one Write is never cut by another.
//   - Deadlines are net's: one in the past fails at once, one that passes ends
//     what is in progress, and another value undoes both. They are timers of the
//     dispatcher's, on its clock, which the simulated network has of its own.
//   - Close ends what is blocked, with net.ErrClosed; so does closing the
//     dispatcher. A closed Conn leaves nothing behind.
//   - Errors are *net.OpError, whose Err is net.ErrClosed,
//     os.ErrDeadlineExceeded, an error of the system, or one of package proactor.
//     The end of a stream is io.EOF.
//   - A Read or a Write allocates nothing, where the backend does not.
//
// There is no SyscallConn and no File: the descriptor is the backend's. Sockets
// have TCP_NODELAY set, as net's have, but send no keep-alive probes: where a peer
// may vanish without a word, set deadlines. Addresses of a name are tried one
// after the other, not in a race.
package netio
