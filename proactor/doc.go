// Package proactor is a runtime for asynchronous input and output: sockets, files,
// pipes, timers and signals. A program starts an operation and names a handler. It
// does not wait: when the operation has completed, a dispatcher calls the handler.
//
// A program that is written for package net, with goroutines that block in Read and
// Write, needs none of the calls below. It starts with package netio
// (github.com/actum-go/actum/proactor/netio), whose connections and listeners are
// net.Conn and net.Listener on this runtime.
//
// A timer, which is the shortest whole program:
//
//	d, err := proactor.New(proactor.Options{})
//	...
//	defer d.Close()
//	timer := proactor.NewOperation(func(op *proactor.Operation) { d.Stop() })
//	d.StartTimer(timer, time.Second) // returns at once
//	d.Run()                          // calls handlers until Stop
//
// The package's examples are this timer and an echo server.
// docs/proactor-quickstart.md continues from there.
//
// Other packages belong to it: netio, group (several dispatchers), sim (a network in
// memory, for tests), replay (journals of runs), trace (what the runtime says of its
// operations) and debug (which shows it while the program runs).
//
// # The pattern
//
// The package is Schmidt's Proactor pattern: an initiator starts an asynchronous
// [Operation] and names the completion [Handler]; a [Dispatcher] waits for
// completions and calls the handlers. docs/proactor-pattern.md maps each part of
// the paper to a type and a file.
//
// # The contract
//
//   - An Operation is memory of the initiator, embedded in its connection object and
//     reused: starting one allocates nothing. From the start to the call of its
//     handler the operation belongs to the runtime, and so do the bytes that it
//     names. Starting an operation that is outstanding panics.
//   - Each started operation completes exactly once: its handler is called with the
//     result, or with an error that says why there is none. Cancelled operations,
//     operations on closed handles and operations of a closed dispatcher complete
//     like any other. Multishot operations complete again and again until
//     [Operation.More] is false: [Handle.AcceptMultishot],
//     [Handle.ReceiveMultishot], [Dispatcher.StartTicker].
//   - Handlers are called one at a time, by the goroutine that is inside
//     [Dispatcher.Run], [Dispatcher.RunOne], [Dispatcher.Poll], [Dispatcher.Await] or
//     [Dispatcher.Close]: data that only handlers touch needs no lock. If
//     [Options.Pool] asks for several goroutines, this holds for the handlers of one
//     [Strand]. A handler may start any operation, also the one that has just
//     completed. It must not block.
//   - Operations may be started from any goroutine. The operations in one direction
//     of one [Handle] are carried out, and complete, in the order in which they were
//     started, except those of a file, which have no order.
//   - Reads and writes may be short: a read completes when there is at least one
//     byte, a write when at least one byte was taken. The end of a stream is N() == 0
//     and Err() == io.EOF. [Handle.ReadFull] and [Handle.WriteAll] are not short.
//   - Every operation except a post can be ended early: [Operation.SetTimeout],
//     [Operation.SetDeadline], [Operation.SetContext], [Dispatcher.Cancel],
//     [Handle.Cancel], [CancelGroup.Cancel]. The operation then completes with an
//     error that names the cause. If it was complete already, or had moved some
//     bytes, it completes with that result instead. A stream that was accepted or a
//     file that was opened in the meantime is in the completion: nothing is lost.
//   - A dispatcher with nothing to do is parked in the Go runtime's poller and wakes
//     for nothing. It holds no operating-system thread meanwhile, except on the
//     backends iocp and kqueue, whose wait is a blocking system call, and with
//     [WaitLocked].
package proactor
