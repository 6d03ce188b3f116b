package pattern

import "github.com/actum-go/actum/zmq/internal/wire"

// Type describes a socket type. What the peers see of it, and what it sends and
// receives, is the row of its [wire.SocketType] in package wire.
type Type struct {
	wire.SocketType
	New func(Config) *Socket
	// ConnectOnce: a second connection to the same endpoint would do harm, and
	// is not made, as in libzmq: a SUB would receive everything twice, and a
	// REQ or DEALER could ask the same peer again.
	ConnectOnce bool
	// ThreadSafe is what libzmq says: its sockets of this type may be shared by
	// threads (ZMQ_THREAD_SAFE). Ours may be shared by goroutines, whatever
	// their type.
	ThreadSafe bool
}

// types has a row for each type that is implemented, in the order in which
// texts name them. A new type is a row here, one in package wire, and a
// constant in package zmq.
var types = []Type{
	{SocketType: wire.PUSH, New: NewPush},
	{SocketType: wire.PULL, New: NewPull},
	{SocketType: wire.PUB, New: NewPub, ConnectOnce: true},
	{SocketType: wire.SUB, New: NewSub, ConnectOnce: true},
	{SocketType: wire.REQ, New: NewReq, ConnectOnce: true},
	{SocketType: wire.REP, New: NewRep},
	{SocketType: wire.DEALER, New: NewDealer, ConnectOnce: true},
	{SocketType: wire.ROUTER, New: NewRouter},
	{SocketType: wire.PAIR, New: NewPair},
}

// Types returns the types that are implemented. The caller must not change them.
func Types() []Type { return types }

// TypeOf returns the descriptor of a type; nil if the type is not implemented.
func TypeOf(t wire.SocketType) *Type {
	for i := range types {
		if types[i].SocketType == t {
			return &types[i]
		}
	}
	return nil
}
