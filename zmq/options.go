package zmq

import (
	"time"

	"github.com/actum-go/actum/zmq/internal/option"
)

// Unlimited as a high-water mark means that there is none.
const Unlimited = -1

// Special values of Options.Linger. In libzmq and its bindings the numbers are
// the other way round: there 0 discards, and -1 waits.
const (
	// NoLinger discards queued messages when a socket is closed.
	NoLinger time.Duration = -1
	// LingerForever waits without a limit until all queued messages have been
	// sent. It is the default.
	LingerForever time.Duration = 0
)

// Defaults, as in libzmq.
const (
	DefaultHWM               = option.DefaultHWM               // 1000 messages
	DefaultReconnectInterval = option.DefaultReconnectInterval // 100 ms
	DefaultHandshakeTimeout  = option.DefaultHandshakeTimeout  // 30 s
	DefaultBacklog           = option.DefaultBacklog           // 100 connections
)

// Defaults of options that libzmq does not have.
const (
	DefaultMaxFrames    = option.DefaultMaxFrames    // 1,048,576 frames
	DefaultStallTimeout = option.DefaultStallTimeout // a minute
)

// Options are a socket's options. The zero value has libzmq's defaults. Where
// libzmq uses a number for "none" or "unlimited", any negative number means that
// here. NewSocket copies them; [Socket.ChangeOptions] changes them afterwards.
//
// Any Duration is accepted; one of more than a century means never. NewSocket
// refuses a value that a field's description does not allow, with an *OptionError
// that names the field.
type Options struct {
	// SendHWM and RecvHWM are the high-water marks, in messages for each peer:
	// how many may wait to be sent, or to be received. 0 means DefaultHWM. Over
	// inproc the sender's and the receiver's marks are added.
	SendHWM, RecvHWM int
	// SendHWMBytes and RecvHWMBytes are further marks, in bytes of payload; 0
	// means no mark. A message larger than the mark passes when no other message
	// waits.
	SendHWMBytes, RecvHWMBytes int

	// Linger is how long Close waits for queued messages to be sent.
	// LingerForever, which is 0 and the default, waits without a limit. NoLinger,
	// or any negative duration, does not wait. Note that SetLinger(0) of a
	// binding to libzmq discards, which is NoLinger here. Set("linger", ...)
	// takes libzmq's numbers.
	Linger time.Duration

	// ReconnectInterval is the first wait before connecting again. A random
	// duration below the interval is added to each wait. 0 means 100 ms; negative
	// means that there is only one attempt.
	ReconnectInterval time.Duration
	// ReconnectIntervalMax is the limit up to which the wait doubles; 0 means
	// that the wait does not grow.
	ReconnectIntervalMax time.Duration
	// HandshakeTimeout bounds the handshake of a new connection. 0 means 30 s,
	// negative means no limit.
	HandshakeTimeout time.Duration
	// ConnectTimeout bounds each attempt to connect. 0 leaves the limit to the
	// system; negative is not allowed.
	ConnectTimeout time.Duration
	// HeartbeatInterval is the interval at which each connection sends a PING, to
	// detect a peer that is gone although the connection still exists: a cable is
	// cut, a host is down, a process hangs. 0 means never. While messages to the
	// peer cannot be written, no answer is expected: the system's own limit
	// applies then, as in libzmq. A peer that does not know PING, such as libzmq
	// before 4.2, is taken for dead when it sends nothing else. A peer's own
	// PINGs are always answered, except at the receive high-water mark, where
	// nothing is read.
	HeartbeatInterval time.Duration
	// HeartbeatTimeout is how soon after a PING the peer must send something, the
	// answer or anything else. Otherwise the connection is closed, and made
	// again. 0 means HeartbeatInterval, negative means no limit.
	HeartbeatTimeout time.Duration
	// HeartbeatTTL is sent to the peer with each PING: the peer closes the
	// connection if it receives nothing within that time. It is rounded up to
	// tenths of a second; 0 leaves the timeout to the peer.
	HeartbeatTTL time.Duration
	// SendTimeout and RecvTimeout make Send and Recv fail with ErrTimeout, in
	// addition to the limits of their contexts; 0 means no timeout.
	SendTimeout, RecvTimeout time.Duration

	// MaxFrameSize is the largest frame accepted, in bytes. A peer that announces
	// a larger frame is disconnected. It is libzmq's ZMQ_MAXMSGSIZE, which also
	// applies to each frame alone. 0 means no limit.
	MaxFrameSize int64
	// MaxMessageSize is the largest message accepted, in bytes of all its frames
	// together. A peer that sends more is disconnected. 0 means a thousand times
	// MaxFrameSize, so that a message with endless frames cannot fill the memory.
	// Negative, or 0 without a MaxFrameSize, means no limit: a message then takes
	// as much memory as its peer sends, as in libzmq.
	MaxMessageSize int64
	// MaxFrames is the largest number of frames accepted in a message. A peer
	// that sends more is disconnected. An empty frame takes two bytes on the
	// wire, but more than twenty in the list of frames that the program receives,
	// which is made under the socket's lock. 0 means DefaultMaxFrames, or with a
	// MaxMessageSize the lesser of that and one frame for each byte, but at least
	// 64. Negative means no limit.
	MaxFrames int
	// StallTimeout is how long a peer that has sent a part of a message may pause
	// before its next byte. Then it is disconnected and the memory is freed.
	// Every byte starts the time anew, so a slow link is not affected. The
	// timeout protects against peers that announce data and never send it, and
	// against peers that vanish. 0 means DefaultStallTimeout, negative means no
	// limit.
	StallTimeout time.Duration

	// RoutingID is the name under which a ROUTER at the other end knows the
	// socket: up to 255 bytes, the first of them not zero.
	RoutingID []byte
	// RouterMandatory makes a ROUTER fail with ErrUnroutable for an unknown peer,
	// and wait for a peer that is full. Otherwise it drops the message in both
	// cases.
	RouterMandatory bool
	// RouterHandover makes a ROUTER give a routing id to the newest peer that
	// announces it, and close the connection of the peer that had it (over inproc
	// that peer stays, with an id that is made up). Otherwise the newer peer is
	// refused.
	RouterHandover bool
	// ProbeRouter makes a ROUTER, DEALER or REQ send an empty message over each
	// new connection, so that a ROUTER at the other end knows the socket before
	// its first message. Use it with ROUTERs only; their programs have to skip
	// these messages.
	ProbeRouter bool
	// NoDrop makes a PUB wait for a subscriber that is full; otherwise it drops
	// the message for that subscriber. It is libzmq's ZMQ_XPUB_NODROP. One slow
	// subscriber then delays all others.
	NoDrop bool
	// ReqRelaxed lets a REQ send another request before the reply has arrived.
	// The earlier request is given up, the next peer is asked, and replies that
	// have arrived meanwhile are dropped. Without it a REQ whose peer is gone for
	// good, or has lost the request, waits without a limit. A reply to the
	// earlier request that arrives even later would be taken for the reply to the
	// new one: set ReqCorrelate too.
	ReqRelaxed bool
	// ReqCorrelate makes a REQ send an id before each request, and drop replies
	// without that id. It needs peers that return a request's envelope, as REP
	// does, and programs that route with ROUTER and DEALER.
	ReqCorrelate bool
	// Immediate queues messages only for peers that are connected.
	Immediate bool
	// Subscribe lists a SUB socket's first subscriptions.
	Subscribe []string

	// SendBuffer and RecvBuffer are the sizes of the system's socket buffers, in
	// bytes; 0 leaves them to the system.
	SendBuffer, RecvBuffer int
	// Backlog is how many connections may wait to be accepted; 0 is 100.
	Backlog int
}

// values is the options as the layers below know them.
func (o *Options) values() *option.Values { return (*option.Values)(o) }
