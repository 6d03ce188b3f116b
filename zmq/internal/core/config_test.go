package core

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// A zero Options has the documented defaults.
func TestDefaults(t *testing.T) {
	s := Made(t, wire.DEALER, option.Values{})
	got := &s.settings.Load().session
	for _, tt := range []struct {
		what      string
		got, want any
	}{
		{"type", got.Engine.Type, wire.DEALER},
		{"high-water mark", got.Engine.RecvLimits, pipe.Limits{Msgs: 1000}},
		{"handshake timeout", got.Engine.HandshakeTimeout, 30 * time.Second},
		{"stall timeout", got.Engine.StallTimeout, time.Minute},
		{"heartbeat", got.Engine.Heartbeat, (*option.Heartbeat)(nil)},
		{"limits", got.Engine.Limits, option.Limits{MaxFrames: 1 << 20}},
		{"socket", s.settings.Load().transport.SocketOptions(), proactor.SocketOptions{Backlog: 100}},
		{"connect timeout", s.settings.Load().transport.ConnectTimeout, time.Duration(0)},
		{"interval", got.Engine.ReconnectInterval, 100 * time.Millisecond},
		{"its maximum", got.Engine.ReconnectIntervalMax, time.Duration(0)},
	} {
		if !reflect.DeepEqual(tt.got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.what, tt.got, tt.want)
		}
	}
}

// Each option arrives where it is used.
func TestConfigOfOptions(t *testing.T) {
	s := Made(t, wire.DEALER, option.Values{
		SendHWM: 1, RecvHWM: 2, SendHWMBytes: 3, RecvHWMBytes: 4,
		ReconnectInterval: 5, ReconnectIntervalMax: 6, HandshakeTimeout: 7, ConnectTimeout: 8,
		HeartbeatInterval: 9, HeartbeatTimeout: 10, HeartbeatTTL: 11, StallTimeout: 12,
		MaxFrameSize: 13, MaxMessageSize: 14, MaxFrames: 15, SendBuffer: 16, RecvBuffer: 17, Backlog: 18,
		SendTimeout: 19, RecvTimeout: 20, ProbeRouter: true, Immediate: true,
	})
	got, p := &s.settings.Load().session, s.Resolved()
	for _, tt := range []struct {
		what      string
		got, want any
	}{
		{"received", got.Engine.RecvLimits, pipe.Limits{Msgs: 2, Bytes: 4}},
		{"sent", p.SendLimits, pipe.Limits{Msgs: 1, Bytes: 3}},
		{"handshake timeout", got.Engine.HandshakeTimeout, time.Duration(7)},
		{"stall timeout", got.Engine.StallTimeout, time.Duration(12)},
		{"heartbeat", *got.Engine.Heartbeat, option.Heartbeat{Interval: 9, Timeout: 10, TTL: 11}},
		{"limits", got.Engine.Limits, option.Limits{MaxFrame: 13, MaxMessage: 14, MaxFrames: 15}},
		{"socket", s.settings.Load().transport.SocketOptions(), proactor.SocketOptions{SendBuffer: 16, RecvBuffer: 17, Backlog: 18}},
		{"connect timeout", s.settings.Load().transport.ConnectTimeout, time.Duration(8)},
		{"interval", got.Engine.ReconnectInterval, time.Duration(5)},
		{"its maximum", got.Engine.ReconnectIntervalMax, time.Duration(6)},
		{"send timeout", p.SendTimeout, time.Duration(19)},
		{"receive timeout", p.RecvTimeout, time.Duration(20)},
		{"flags", [...]bool{p.ProbeRouter, p.Immediate, p.NoDrop, p.RouterMandatory}, [...]bool{true, true, false, false}},
	} {
		if !reflect.DeepEqual(tt.got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.what, tt.got, tt.want)
		}
	}
}

// A limit on the size of a message also limits the number of its frames, and a
// limit on the size of a frame also limits the size of a message.
func TestLimitsOfMessages(t *testing.T) {
	for _, tt := range []struct {
		o      option.Values
		size   int64
		frames int
	}{
		{option.Values{MaxFrameSize: 1}, 1000, 1000},
		{option.Values{MaxFrameSize: 1 << 40}, 1000 << 40, 1 << 20},
		{option.Values{MaxFrameSize: 1, MaxMessageSize: -1}, 0, 1 << 20},
		{option.Values{MaxFrameSize: -1}, 0, 1 << 20},
		{option.Values{MaxMessageSize: 1}, 1, 64},
		{option.Values{MaxMessageSize: 65}, 65, 65},
		{option.Values{MaxMessageSize: 1, MaxFrames: 1}, 1, 1},
		{option.Values{MaxFrames: -1}, 0, 0},
	} {
		if size, frames := tt.o.MaxMessage(), tt.o.FrameLimit(); size != tt.size || frames != tt.frames {
			t.Errorf("%+v: %d bytes and %d frames, want %d and %d", tt.o, size, frames, tt.size, tt.frames)
		}
	}
}

// The largest values that the documentation allows are allowed.
func TestLargestAllowed(t *testing.T) {
	for _, tt := range []struct {
		typ wire.SocketType
		o   option.Values
	}{
		{wire.DEALER, option.Values{RoutingID: []byte(strings.Repeat("x", 255))}},
		{wire.DEALER, option.Values{HeartbeatTTL: wire.MaxPingTTL}},
		{wire.SUB, option.Values{Subscribe: []string{"", strings.Repeat("x", wire.MaxSubscription)}}},
		{wire.PUSH, option.Values{SendBuffer: 1<<31 - 1, RecvBuffer: 1<<31 - 1, Backlog: 1<<31 - 1}},
		{wire.ROUTER, option.Values{RouterMandatory: true, RouterHandover: true, ProbeRouter: true}},
		{wire.REQ, option.Values{ReqRelaxed: true, ReqCorrelate: true, ProbeRouter: true}},
		{wire.PUB, option.Values{NoDrop: true}},
	} {
		if _, err := tt.o.Validate(tt.typ); err != nil {
			t.Errorf("%s: %v", tt.typ, err)
		}
	}
	for _, tt := range []struct {
		typ   wire.SocketType
		o     option.Values
		field string
	}{
		{wire.SUB, option.Values{Subscribe: []string{"", strings.Repeat("x", wire.MaxSubscription+1)}}, "Subscribe"},
		{wire.PUSH, option.Values{NoDrop: true}, "NoDrop"},
		{wire.PUSH, option.Values{SendHWMBytes: -1}, "SendHWMBytes"},
	} {
		var bad *FieldError
		if err := new(Socket).Open(new(Context), tt.typ, &tt.o); !errors.As(err, &bad) || bad.Field != tt.field {
			t.Errorf("%s: %v", tt.field, err)
		}
	}
}

// A Bind that finds the socket closing closes what it has bound.
func TestBindWhileClosing(t *testing.T) {
	s := Made(t, wire.PULL, option.Values{})
	s.mu.Lock()
	s.closing = true // as when shutdown has begun just now
	s.mu.Unlock()
	to := "tcp://127.0.0.1:5571"
	if runtime.GOOS == "linux" { // an address that no other process uses
		to = fmt.Sprintf("tcp://127.200.%d.%d:5571", os.Getpid()>>8&255, os.Getpid()&255)
	}
	for _, to := range []string{to, "inproc://x"} {
		if err := s.Bind(t.Context(), to); !errors.Is(err, pattern.ErrClosed) {
			t.Errorf("Bind to %s: %v", to, err)
		}
	}
	s.mu.Lock()
	s.closing = false
	s.mu.Unlock()
	if err := s.Bind(t.Context(), to); err != nil {
		t.Errorf("it is still bound: %v", err)
	}
}

// Peers have a second to leave, but no more than the caller's context allows.
func TestCloseTimeout(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	distant, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	near, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if p := closeTimeout(ended); p != 0 {
		t.Errorf("%v when the time is up", p)
	}
	if p := closeTimeout(t.Context()); p != time.Second {
		t.Errorf("%v without a deadline", p)
	}
	if p := closeTimeout(distant); p != time.Second {
		t.Errorf("%v with an hour", p)
	}
	if p := closeTimeout(near); p < 0 || p > 500*time.Millisecond {
		t.Errorf("%v with half a second", p)
	}
}

// Connections are spread over the dispatchers in rotation, beginning with the
// first.
func TestDispatchersInTurn(t *testing.T) {
	c := new(Context)
	if err := c.Open(Config{Dispatchers: 2}); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if c.dispatcher() != c.dispatchers[i%2] {
			t.Errorf("connection %d is not on dispatcher %d", i, i%2)
		}
	}
	if c.waitStrategy != nil {
		t.Error("receivers help one of several dispatchers")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A context does not keep a closed socket.
func TestClosedSocketIsForgotten(t *testing.T) {
	s := Made(t, wire.PULL, option.Values{})
	c := s.ctx
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.sockets); n != 0 {
		t.Errorf("the context still has %d sockets", n)
	}
}

// jitter is below its argument, and accepts every duration.
func TestJitter(t *testing.T) {
	for _, below := range []time.Duration{0, 1, 2, time.Second} {
		for range 100 {
			if d := jitter(below); d < 0 || d > max(below-1, 0) {
				t.Fatalf("%v below %v", d, below)
			}
		}
	}
}
