// Package core is contexts and sockets as every public API on top of it needs
// them: package zmq, and those that take the place of other libraries.
//
//	context.go       a set of sockets, and the dispatchers that do their I/O
//	socket.go        one socket: sending, receiving, subscriptions
//	options.go       its options, read and changed by name or as one struct
//	settings.go      what the options mean for the layers below
//	endpoints.go     bind, connect, unbind, disconnect
//	close.go         closing a socket; linger.go is the same for one endpoint
//	stats.go         counters, and the state of the endpoints
//	waitstrategy.go  how a goroutine waits for a message
//
// # The contract
//
//   - A public socket contains a Socket and makes it with [Socket.Open]; the same
//     holds for a context. A zero Socket panics, with a text that says why; a zero
//     Context has no sockets and can be closed.
//   - Any number of goroutines may call everything at once, except Open.
//   - Types, options and messages are those of packages wire, option and message.
//     A public API documents its own, and converts.
//   - An error of Bind, Connect, Unbind, Disconnect, Set or Get is the bare reason:
//     the public API adds the call and its object, in its own way. All other errors
//     name the call and the socket's type.
//   - No call allocates for a message.
package core
