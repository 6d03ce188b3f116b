// Package proactor is an I/O runtime after Schmidt's Proactor pattern: an
// initiator starts an asynchronous [Operation] and names the [Handler] to be
// called once it has completed; a [Dispatcher] waits for completions and calls
// the handlers.
//
// # What both sides promise
//
//   - An Operation is memory of the initiator's, embedded in its connection
//     object and used again and again: starting one allocates nothing. From the
//     start to the call of its handler it belongs to the runtime, and so do the
//     bytes that it names. Starting an operation that is outstanding panics.
//   - Each operation that is started completes exactly once: its handler is
//     called with the result, or with an error that says why there is none.
//     Cancelled operations, operations on closed handles and operations of a
//     closed dispatcher complete like any other. Multishot ones complete again and
//     again until [Operation.More] is false: [Handle.AcceptMultishot],
//     [Handle.ReceiveMultishot], [Dispatcher.StartTicker].
//   - Handlers are called by the goroutine that is inside [Dispatcher.Run],
//     [Dispatcher.RunOne], [Dispatcher.Poll] or [Dispatcher.Close], one at a
//     time: what only handlers touch needs no lock. Where [Options.Pool] asks for
//     more goroutines, that holds for the handlers of one [Strand]. A handler may
//     start any operation, the completed one included.
//   - Operations may be started from any goroutine. The operations of one
//     direction of one [Handle] are carried out, and complete, in the order in
//     which they were started.
//   - Reads and writes may be short: a read completes as soon as there is at
//     least one byte, a write as soon as at least one was taken. The end of a
//     stream is N() == 0 and Err() == io.EOF.
//   - Any operation but a post can be given an end: [Operation.SetTimeout],
//     [Operation.SetDeadline], [Operation.SetContext], [Dispatcher.Cancel],
//     [Handle.Cancel], [CancelGroup.Cancel]. It then completes with an error that says
//     which it was, unless it was done already or had moved a part: that is its
//     result then. A stream that was accepted, or a file that was opened, in spite
//     of it is in the completion: nothing is lost.
//   - A dispatcher with nothing to do is parked in the Go runtime's own poller:
//     it holds no operating-system thread and wakes for nothing.
package proactor
