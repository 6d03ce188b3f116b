package zmq

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Unlimited as a high-water mark is no mark at all.
const Unlimited = -1

// What Options.Linger says beside a duration. libzmq and its bindings have these
// numbers the other way round: there 0 discards, and -1 waits.
const (
	// NoLinger discards what is queued when a socket is closed.
	NoLinger time.Duration = -1
	// LingerForever waits until everything that is queued has been sent, for as long
	// as that takes. It is the default.
	LingerForever time.Duration = 0
)

// The defaults, which are libzmq's.
const (
	DefaultHWM               = 1000
	DefaultReconnectInterval = 100 * time.Millisecond
	DefaultHandshakeTimeout  = 30 * time.Second
	DefaultBacklog           = 100
)

// The defaults of what libzmq does not have.
const (
	DefaultMaxFrames    = 1 << 20
	DefaultStallTimeout = time.Minute
)

// Options are a socket's options. The zero value has libzmq's defaults; where
// libzmq has a number for "none" or "unlimited", any negative one says so here.
//
// Durations may be as long as a Duration can be; those of more than a century mean
// never. What a field's description does not allow, NewSocket refuses with an
// *OptionError that names the field.
type Options struct {
	// SendHWM and RecvHWM are the high-water marks, in messages for each peer: how
	// many wait to be sent, or to be received. 0 is DefaultHWM. Over inproc the
	// sender's and the receiver's are added up.
	SendHWM, RecvHWM int
	// SendHWMBytes and RecvHWMBytes are further marks in bytes of payload; 0 is
	// none. A message larger than the mark passes when nothing else waits.
	SendHWMBytes, RecvHWMBytes int

	// Linger is how long Close waits for messages that are queued: LingerForever,
	// which is 0 and the default, for as long as it takes; NoLinger, or any negative
	// duration, not at all. Mind the difference from SetLinger(0) of a binding to
	// libzmq, which discards: that is NoLinger here. Set("linger", ...) takes libzmq's
	// numbers.
	Linger time.Duration

	// ReconnectInterval is the first wait before connecting again, to which a
	// random part of as much is added: 0 is 100 ms; negative: never again.
	ReconnectInterval time.Duration
	// ReconnectIntervalMax lets the wait double up to it; 0: it does not grow.
	ReconnectIntervalMax time.Duration
	// HandshakeTimeout bounds the time from a connection to its first message: 0
	// is 30 s, negative is none.
	HandshakeTimeout time.Duration
	// ConnectTimeout bounds each attempt to connect; 0 leaves it to the system, and
	// negative ones are refused.
	ConnectTimeout time.Duration
	// HeartbeatInterval has each connection send a PING so often, to find out that a
	// peer is gone although its connection seems to be there: a cable is cut, a host
	// is down, a process hangs. 0 is never. While messages to the peer cannot be
	// written nothing is expected of it: there the system's own limit applies, as
	// with libzmq. A peer that does not know PING, as before libzmq 4.2, is taken for
	// dead when it has nothing else to say. A peer's own PINGs are answered in any
	// case, except at the receive high-water mark, where nothing is read.
	HeartbeatInterval time.Duration
	// HeartbeatTimeout is how soon after a PING something must be heard from the
	// peer, the answer or anything else; otherwise the connection is closed, and
	// made anew. 0 is HeartbeatInterval, negative is never.
	HeartbeatTimeout time.Duration
	// HeartbeatTTL tells the peer how soon after a PING to expect more from here, or
	// to close the connection, rounded up to tenths of a second; 0 leaves it to the
	// peer.
	HeartbeatTTL time.Duration
	// SendTimeout and RecvTimeout make Send and Recv fail with ErrTimeout, beside
	// what their contexts say; 0 is none.
	SendTimeout, RecvTimeout time.Duration

	// MaxFrameSize is the largest frame accepted, in bytes: a peer that announces
	// more is disconnected. It is libzmq's ZMQ_MAXMSGSIZE, which looks at each frame
	// alone. 0 is no limit.
	MaxFrameSize int64
	// MaxMessageSize is the largest message accepted, in bytes, all its frames
	// together. A peer that sends more is disconnected. 0 is a thousand times
	// MaxFrameSize, so that frames without end fill no memory; negative, or 0 without a
	// MaxFrameSize, is no limit: a message then takes as much memory as its peer sends,
	// as it does with libzmq.
	MaxMessageSize int64
	// MaxFrames is how many frames a message may have that is accepted; a peer that
	// sends more is disconnected. A frame takes two bytes on the way, and more than
	// twenty in the list of frames that the program receives, which is made under the
	// socket's lock. 0 is DefaultMaxFrames, or if there is a MaxMessageSize one a byte
	// of it and at least 64, whichever is less; negative is no limit.
	MaxFrames int
	// StallTimeout is how long a peer that has sent a part of a message may send not a
	// single byte more, while its bytes are waited for. It is disconnected then, and
	// the memory is given back. Any byte begins the time anew: a slow link is no
	// reason. It is meant for peers that announce what they never send, and for those
	// that are gone without a word. 0 is DefaultStallTimeout, negative is never.
	StallTimeout time.Duration

	// RoutingID is what a ROUTER at the other end knows the socket by: up to 255
	// bytes, the first of them not zero.
	RoutingID []byte
	// RouterMandatory makes a ROUTER fail with ErrUnroutable, or wait for a peer
	// that is full, where it would drop the message.
	RouterMandatory bool
	// RouterHandover has a ROUTER give a routing id to the peer that came with it
	// last, and close the connection of the one that had it (over inproc that one
	// stays, with an id that is made up). Without it the second one is refused.
	RouterHandover bool
	// ProbeRouter has a ROUTER, DEALER or REQ send an empty message over each new
	// connection, so that a ROUTER at the other end knows it before it has said
	// anything. Only ROUTERs expect such messages, and their programs have to skip
	// them.
	ProbeRouter bool
	// NoDrop makes a PUB wait for a subscriber that is full, where it would drop
	// the message for that one: libzmq's ZMQ_XPUB_NODROP. One slow subscriber then
	// holds up all.
	NoDrop bool
	// ReqRelaxed lets a REQ send another request before the reply has come: the
	// one before is given up, the next peer is asked, and replies that have come
	// meanwhile are dropped. Without it a REQ whose peer is gone for good, or has
	// lost the request, waits for ever. A reply that comes even later would be taken
	// for the next request's: set ReqCorrelate too.
	ReqRelaxed bool
	// ReqCorrelate has a REQ send an id before each request, and drop replies that
	// do not bring it back. Peers that keep a request's envelope do: a REP, and what
	// routes by ROUTER and DEALER.
	ReqCorrelate bool
	// Immediate queues messages only for peers that are connected.
	Immediate bool
	// Subscribe are a SUB socket's first subscriptions.
	Subscribe []string

	// SendBuffer and RecvBuffer are the sizes of the system's socket buffers in
	// bytes; 0 leaves them to the system.
	SendBuffer, RecvBuffer int
	// Backlog is how many connections may wait to be accepted; 0 is 100.
	Backlog int
}

func tooLong(prefix string) bool { return len(prefix) > wire.MaxSubscription }

// validate says which option cannot be.
func (o *Options) validate(t Type) error {
	bad := func(field, format string, args ...any) error {
		return &OptionError{Option: field, Err: fmt.Errorf(format, args...)}
	}
	switch {
	case len(o.RoutingID) > wire.MaxIdentity:
		return bad("RoutingID", "%d bytes, at most %d are allowed", len(o.RoutingID), wire.MaxIdentity)
	case len(o.RoutingID) > 0 && o.RoutingID[0] == 0:
		return bad("RoutingID", "the first byte must not be zero: such ids are made up by ROUTER sockets")
	case len(o.Subscribe) > 0 && t != SUB:
		return bad("Subscribe", "a %s socket does not subscribe", t)
	case slices.ContainsFunc(o.Subscribe, tooLong):
		return bad("Subscribe", "a prefix has more than %d bytes", wire.MaxSubscription)
	case o.RouterMandatory && t != ROUTER:
		return bad("RouterMandatory", "a %s socket does not route", t)
	case o.RouterHandover && t != ROUTER:
		return bad("RouterHandover", "a %s socket does not route", t)
	case o.ProbeRouter && t != ROUTER && t != DEALER && t != REQ:
		return bad("ProbeRouter", "a %s socket does not speak to ROUTERs", t)
	case o.ReqRelaxed && t != REQ:
		return bad("ReqRelaxed", "a %s socket does not wait for replies in turn", t)
	case o.ReqCorrelate && t != REQ:
		return bad("ReqCorrelate", "a %s socket does not wait for replies in turn", t)
	case o.NoDrop && t != PUB:
		return bad("NoDrop", "a %s socket does not publish", t)
	case o.HeartbeatTTL > wire.MaxPingTTL:
		return bad("HeartbeatTTL", "%v: expected at most %v", o.HeartbeatTTL, wire.MaxPingTTL)
	}
	for _, n := range []struct {
		field string
		value int64
		most  int64
	}{
		{"SendBuffer", int64(o.SendBuffer), math.MaxInt32},
		{"RecvBuffer", int64(o.RecvBuffer), math.MaxInt32},
		{"Backlog", int64(o.Backlog), math.MaxInt32},
		{"SendHWMBytes", int64(o.SendHWMBytes), math.MaxInt64},
		{"RecvHWMBytes", int64(o.RecvHWMBytes), math.MaxInt64},
	} {
		if n.value < 0 {
			return bad(n.field, "%d: expected 0, for the default, or more", n.value)
		}
		if n.value > n.most {
			return bad(n.field, "%d: expected at most %d", n.value, n.most)
		}
	}
	for _, d := range []struct {
		field string
		value time.Duration
	}{
		{"ReconnectIntervalMax", o.ReconnectIntervalMax},
		{"ConnectTimeout", o.ConnectTimeout},
		{"HeartbeatInterval", o.HeartbeatInterval},
		{"HeartbeatTTL", o.HeartbeatTTL},
		{"SendTimeout", o.SendTimeout},
		{"RecvTimeout", o.RecvTimeout},
	} {
		if d.value < 0 {
			return bad(d.field, "%v: expected 0, for the default, or more", d.value)
		}
	}
	return nil
}

// pattern are the options that the pattern needs.
func (o *Options) pattern(c *Context) pattern.Options {
	gatherMin := message.GatherMin
	if c.opts.tuning.NoGatherWrite {
		gatherMin = math.MaxInt
	}
	return pattern.Options{
		SendLimits:      limits(o.SendHWM, o.SendHWMBytes),
		RecvLimits:      limits(o.RecvHWM, o.RecvHWMBytes),
		GatherMin:       gatherMin,
		RouterMandatory: o.RouterMandatory,
		RouterHandover:  o.RouterHandover,
		ProbeRouter:     o.ProbeRouter,
		NoDrop:          o.NoDrop,
		Immediate:       o.Immediate,
		ReqRelaxed:      o.ReqRelaxed,
		ReqCorrelate:    o.ReqCorrelate,
		SendTimeout:     o.SendTimeout,
		RecvTimeout:     o.RecvTimeout,
		WaitStrategy:    c.waitStrategy,
		Refuse:          c.mayNotWait,
		Pace:            &c.pace,
	}
}

// heartbeat is how connections send heartbeats; nil if they do not.
func (o *Options) heartbeat() *engine.Heartbeat {
	if o.HeartbeatInterval == 0 {
		return nil
	}
	return &engine.Heartbeat{
		Interval: bounded(o.HeartbeatInterval),
		Timeout:  or(o.HeartbeatTimeout, o.HeartbeatInterval),
		TTL:      o.HeartbeatTTL,
	}
}

// framesOfLargest is how many of the largest frames a message may have where its
// size is not limited by itself.
const framesOfLargest = 1000

// maxMessage is the largest message accepted; 0 for any.
func (o *Options) maxMessage() int64 {
	if o.MaxMessageSize != 0 || o.MaxFrameSize <= 0 {
		return max(o.MaxMessageSize, 0)
	}
	return framesOfLargest * min(o.MaxFrameSize, math.MaxInt64/framesOfLargest)
}

// minMaxFrames is how many frames a message may have at least by default, where
// there is a maximum size: a small one must not forbid an envelope.
const minMaxFrames = 64

// maxFrames is how many frames a message may have; 0 for any number.
func (o *Options) maxFrames() int {
	if o.MaxFrames != 0 {
		return max(o.MaxFrames, 0)
	}
	if size := o.maxMessage(); size > 0 {
		return int(min(max(size, minMaxFrames), DefaultMaxFrames))
	}
	return DefaultMaxFrames
}

func limits(msgs, size int) pipe.Limits {
	if msgs == 0 {
		msgs = DefaultHWM
	}
	return pipe.Limits{Msgs: max(msgs, 0), Bytes: max(size, 0)}
}

// or is v, or the default if v is zero, or zero if v is negative.
func or(v, byDefault time.Duration) time.Duration {
	if v == 0 {
		return byDefault
	}
	return bounded(max(v, 0))
}

// longest is what longer durations mean: never, as far as anybody will see. Half of
// what a Duration holds can be added to any clock.
const longest time.Duration = math.MaxInt64 / 2

func bounded(d time.Duration) time.Duration { return min(d, longest) }
