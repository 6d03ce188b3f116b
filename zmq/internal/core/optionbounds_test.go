package core

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// No option but those that say so may be negative, and no size of the system may
// exceed what it takes.
func TestFieldsOutOfBounds(t *testing.T) {
	for field, o := range map[string]option.Values{
		"SendBuffer": {SendBuffer: -1}, "RecvBuffer": {RecvBuffer: -1}, "Backlog": {Backlog: -1},
		"SendHWMBytes": {SendHWMBytes: -1}, "RecvHWMBytes": {RecvHWMBytes: -1},
		"ReconnectIntervalMax": {ReconnectIntervalMax: -1}, "ConnectTimeout": {ConnectTimeout: -1},
		"HeartbeatInterval": {HeartbeatInterval: -1}, "HeartbeatTTL": {HeartbeatTTL: -1},
		"SendTimeout": {SendTimeout: -1}, "RecvTimeout": {RecvTimeout: -1},
	} {
		var bad *FieldError
		if err := new(Socket).Open(new(Context), wire.PUSH, &o); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if math.MaxInt == math.MaxInt32 {
		return
	}
	tooMany := math.MaxInt32
	tooMany++
	for field, o := range map[string]option.Values{"SendBuffer": {SendBuffer: tooMany}, "RecvBuffer": {RecvBuffer: tooMany}, "Backlog": {Backlog: tooMany}} {
		var bad *FieldError
		if err := new(Socket).Open(new(Context), wire.PUSH, &o); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := (&option.Values{SendHWMBytes: tooMany, RecvHWMBytes: math.MaxInt}).Validate(wire.PUSH); err != nil {
		t.Error(err)
	}
}

// A negative number means "no limit" where it is allowed.
func TestNegativeMeansNone(t *testing.T) {
	s := Made(t, wire.DEALER, option.Values{
		SendHWM: -1, RecvHWM: -7, HandshakeTimeout: -1, StallTimeout: -1, HeartbeatInterval: 5, HeartbeatTimeout: -1,
		MaxFrameSize: -1, MaxMessageSize: -1, MaxFrames: -1,
	})
	e, p := &s.settings.Load().session.Engine, s.Resolved()
	if none := (pipe.Limits{}); p.SendLimits != none || p.RecvLimits != none {
		t.Errorf("high-water marks: %+v, %+v", p.SendLimits, p.RecvLimits)
	}
	if e.HandshakeTimeout != 0 || e.StallTimeout != 0 || e.Heartbeat.Timeout != 0 {
		t.Errorf("timeouts: %v, %v, %v", e.HandshakeTimeout, e.StallTimeout, e.Heartbeat.Timeout)
	}
	if l := e.Limits; l.MaxFrame != 0 || l.MaxMessage != 0 || l.MaxFrames != 0 {
		t.Errorf("limits: %+v", l)
	}
}

// A duration that no program lives to see the end of can be added to a clock; one of
// a century stays as it is.
func TestVeryLongDurations(t *testing.T) {
	const century = 100 * 366 * 24 * time.Hour
	s := Made(t, wire.DEALER, option.Values{
		ReconnectInterval: century, ReconnectIntervalMax: math.MaxInt64, ConnectTimeout: math.MaxInt64,
		HandshakeTimeout: math.MaxInt64, HeartbeatInterval: math.MaxInt64, HeartbeatTimeout: century,
	})
	settings := s.settings.Load()
	c := &settings.session
	if c.Engine.ReconnectInterval != century || c.Engine.Heartbeat.Timeout != century {
		t.Errorf("a century became %v and %v", c.Engine.ReconnectInterval, c.Engine.Heartbeat.Timeout)
	}
	for _, d := range []time.Duration{c.Engine.ReconnectIntervalMax, settings.transport.ConnectTimeout, c.Engine.HandshakeTimeout, c.Engine.Heartbeat.Interval} {
		if d < century || d+century < 0 {
			t.Errorf("the longest duration became %v", d)
		}
	}
}

// The optimizations that can be switched off are on unless they are.
func TestTuningOfAContext(t *testing.T) {
	for _, off := range []bool{false, true} {
		s := madeIn(t, Config{Tuning: tuning.Options{NoGatherWrite: off, NoSpeculativeWrite: off, NoLeading: off}}, wire.PUSH, option.Values{})
		c := s.ctx
		gatherMin := message.GatherMin
		if off {
			gatherMin = math.MaxInt
		}
		if got := s.patternConfig(s.Resolved()).GatherMin; got != gatherMin {
			t.Errorf("off: %v: bodies from %d bytes on are not copied", off, got)
		}
		if (c.pace.Now == nil) != off {
			t.Errorf("off: %v: senders write: %v", off, c.pace.Now != nil)
		}
		if (c.waitStrategy == nil) != off {
			t.Errorf("off: %v: receivers dispatch: %v", off, c.waitStrategy != nil)
		}
	}
}
