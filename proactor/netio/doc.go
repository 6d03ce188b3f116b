// Package netio has the interfaces of package net on top of package proactor: a
// [Conn] is a net.Conn, a [Listener] a net.Listener, a [PacketConn] a
// net.PacketConn, made of asynchronous operations. Code for package net runs on
// them unchanged, including crypto/tls and net/http.
//
// # The contract
//
//   - The program makes a dispatcher with [NewDispatcher], or shares one with other
//     work. It runs the dispatcher on a goroutine of its own, which completes calls
//     that block here. A call that would wait inside a completion handler of the same
//     dispatcher would wait for ever, so it fails with proactor.ErrInHandler.
//   - A Read or a Write first tries on the caller's goroutine. If that would block, it
//     starts an operation. The runtime owns the buffer until the call returns, also
//     after a deadline, a cancellation or a Close: the call returns once the
//     operation has completed. A Read of a Conn waits without its buffer if the backend
//     can do that (proactor.Handle.AwaitReadable), and so returns at once after a
//     deadline or a Close.
//   - Any goroutine may call any method. Calls of the same direction are carried out
//     one after the other: the bytes of two Writes are not mixed.
//   - Deadlines are those of package net: a deadline in the past fails a call at once, a
//     deadline that passes ends the call in progress, and a new deadline replaces the old
//     one. They are timers of the dispatcher, on its clock, which is virtual in a
//     simulated network.
//   - Close ends blocked calls with net.ErrClosed; so does closing the dispatcher. A
//     closed Conn leaves nothing behind.
//   - Errors are *net.OpError, whose Err is net.ErrClosed, os.ErrDeadlineExceeded, an
//     error of the system, or one of package proactor. The end of a stream is io.EOF.
//   - A Read or a Write allocates nothing if the backend does not.
//
// There is no SyscallConn and no File: the backend owns the descriptor. Sockets
// have TCP_NODELAY set, as in package net, but send no keep-alive probes: if a peer
// may vanish silently, set deadlines. The addresses of a name are tried one after
// the other, not in parallel.
package netio
