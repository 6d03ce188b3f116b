package option

import (
	"math"
	"time"
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
