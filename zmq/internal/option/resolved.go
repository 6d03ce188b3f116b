package option

import (
	"cmp"
	"math"
	"time"

	"github.com/actum-go/actum/zmq/internal/pipe"
)

// Defaults, as in libzmq.
const (
	DefaultHWM               = 1000
	DefaultReconnectInterval = 100 * time.Millisecond
	DefaultHandshakeTimeout  = 30 * time.Second
	DefaultBacklog           = 100
)

// Defaults of options that libzmq does not have.
const (
	DefaultMaxFrames    = 1 << 20
	DefaultStallTimeout = time.Minute
)

// defaultMaxMessageFrames is the number of frames of the largest size that a
// message may have if MaxMessageSize is not set.
const defaultMaxMessageFrames = 1000

// MaxMessage is the largest message accepted, in bytes; 0 for no limit.
func (v *Values) MaxMessage() int64 {
	if v.MaxMessageSize != 0 || v.MaxFrameSize <= 0 {
		return max(v.MaxMessageSize, 0)
	}
	return defaultMaxMessageFrames * min(v.MaxFrameSize, math.MaxInt64/defaultMaxMessageFrames)
}

// minMaxFrames is the least default for MaxFrames with a maximum message size: a
// small size must not rule out an envelope.
const minMaxFrames = 64

// FrameLimit is the largest number of frames in a message; 0 for no limit.
func (v *Values) FrameLimit() int {
	if v.MaxFrames != 0 {
		return max(v.MaxFrames, 0)
	}
	if size := v.MaxMessage(); size > 0 {
		return int(min(max(size, minMaxFrames), DefaultMaxFrames))
	}
	return DefaultMaxFrames
}

// Resolved is a socket's options with every default applied: what all layers
// read. It never changes; a socket whose options change gets another one.
//
// A time, a size or a number is 0 where there is no limit. Two fields also have
// negative values: Linger, for no wait, and ReconnectInterval, for one attempt.
type Resolved struct {
	Values
	SendLimits, RecvLimits pipe.Limits // the high-water marks
	Limits                 Limits
	Heartbeat              *Heartbeat // nil: no PING is sent

	given Values
}

// Limits are the maximum sizes of what is received; 0 means no limit.
type Limits struct {
	MaxFrame   int64 // bytes of a frame
	MaxMessage int64 // bytes of a message, all its frames together
	MaxFrames  int   // frames of a message
}

// Heartbeat configures the PINGs that an engine sends.
type Heartbeat struct {
	Interval time.Duration // between PINGs
	Timeout  time.Duration // how soon something must be heard after each; 0: no limit
	TTL      time.Duration // how soon the peer may expect more after each; 0: no limit
}

// Given returns a copy of the values as the program gave them.
func (r *Resolved) Given() Values { return r.given.Clone() }

// Resolve applies the defaults to values that are valid.
func Resolve(given *Values) *Resolved {
	r := &Resolved{given: given.Clone(), Values: given.Clone()}
	v := &r.Values
	v.MaxMessageSize, v.MaxFrames, v.MaxFrameSize = given.MaxMessage(), given.FrameLimit(), max(given.MaxFrameSize, 0)
	v.ReconnectInterval = clamp(cmp.Or(given.ReconnectInterval, DefaultReconnectInterval))
	v.ReconnectIntervalMax = clamp(given.ReconnectIntervalMax)
	v.ConnectTimeout = clamp(given.ConnectTimeout)
	v.HandshakeTimeout = limit(given.HandshakeTimeout, DefaultHandshakeTimeout)
	v.StallTimeout = limit(given.StallTimeout, DefaultStallTimeout)
	v.HeartbeatInterval = clamp(given.HeartbeatInterval)
	v.HeartbeatTimeout = limit(given.HeartbeatTimeout, v.HeartbeatInterval)
	v.Linger = clamp(given.Linger)
	v.Backlog = cmp.Or(given.Backlog, DefaultBacklog)
	r.Limits = Limits{MaxFrame: v.MaxFrameSize, MaxMessage: v.MaxMessageSize, MaxFrames: v.MaxFrames}
	if v.HeartbeatInterval > 0 {
		r.Heartbeat = &Heartbeat{Interval: v.HeartbeatInterval, Timeout: v.HeartbeatTimeout, TTL: v.HeartbeatTTL}
	}
	r.SendLimits = marks(given.SendHWM, given.SendHWMBytes)
	r.RecvLimits = marks(given.RecvHWM, given.RecvHWMBytes)
	return r
}

func marks(msgs, size int) pipe.Limits {
	return pipe.Limits{Msgs: max(cmp.Or(msgs, DefaultHWM), 0), Bytes: max(size, 0)}
}

// limit is a time limit: the default for 0, and 0, which is none, for a negative
// one.
func limit(d, byDefault time.Duration) time.Duration {
	return clamp(max(cmp.Or(d, byDefault), 0))
}

// maxDuration replaces longer durations, which mean never in practice. It is half
// of the maximum, so that it can be added to any clock.
const maxDuration time.Duration = math.MaxInt64 / 2

func clamp(d time.Duration) time.Duration { return min(d, maxDuration) }
