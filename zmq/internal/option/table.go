package option

import (
	"math"
	"time"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// implemented has the options that can be set.
var implemented = []Row{
	// Queues.
	{Name: "sndhwm", Number: 23, Field: "SendHWM", When: AtOnce, Unit: "messages", About: "messages to queue for sending, for each peer; 0: no limit",
		value: mark(func(v *Values) *int { return &v.SendHWM })},
	{Name: "rcvhwm", Number: 24, Field: "RecvHWM", When: AtOnce, Unit: "messages", About: "messages to queue for receiving, for each peer; 0: no limit",
		value: mark(func(v *Values) *int { return &v.RecvHWM })},
	{Name: "sndhwm_bytes", Field: "SendHWMBytes", When: AtOnce, Unit: "bytes", About: "bytes to queue for sending, for each peer",
		value: byteMark(func(v *Values) *int { return &v.SendHWMBytes })},
	{Name: "rcvhwm_bytes", Field: "RecvHWMBytes", When: AtOnce, Unit: "bytes", About: "bytes to queue for receiving, for each peer",
		value: byteMark(func(v *Values) *int { return &v.RecvHWMBytes })},
	{Name: "linger", Number: 17, Field: "Linger", Unit: "ms", When: AtOnce, About: "time for the last messages at the end; -1: no limit",
		value: milliseconds(func(v *Values) *time.Duration { return &v.Linger }, -1, 1, special{-1, 0, "no limit"}, special{0, -1, "no wait"})},
	{Name: "immediate", Number: 39, Field: "Immediate", About: "queue only for peers that are connected",
		value: toggle(func(v *Values) *bool { return &v.Immediate })},

	// Calls.
	{Name: "sndtimeo", Number: 28, Field: "SendTimeout", Unit: "ms", When: AtOnce, About: "time to wait for room to send; -1: no limit",
		value: milliseconds(func(v *Values) *time.Duration { return &v.SendTimeout }, -1, 1, special{-1, 0, "no limit"}, special{0, 1, "no wait"})},
	{Name: "rcvtimeo", Number: 27, Field: "RecvTimeout", Unit: "ms", When: AtOnce, About: "time to wait for a message; -1: no limit",
		value: milliseconds(func(v *Values) *time.Duration { return &v.RecvTimeout }, -1, 1, special{-1, 0, "no limit"}, special{0, 1, "no wait"})},

	// Connections.
	{Name: "reconnect_ivl", Number: 18, Field: "ReconnectInterval", Unit: "ms", About: "time between attempts to connect; -1: one attempt",
		value: milliseconds(func(v *Values) *time.Duration { return &v.ReconnectInterval }, DefaultReconnectInterval.Milliseconds(), 1,
			special{-1, -1, "one attempt only"}, special{0, int64(time.Millisecond), "1"})},
	{Name: "reconnect_ivl_max", Number: 21, Field: "ReconnectIntervalMax", Unit: "ms", About: "that time doubles up to here; 0: it does not",
		value: milliseconds(func(v *Values) *time.Duration { return &v.ReconnectIntervalMax }, 0, 0)},
	{Name: "connect_timeout", Number: 79, Field: "ConnectTimeout", Unit: "ms", About: "time for one attempt to connect; 0: the system's",
		value: milliseconds(func(v *Values) *time.Duration { return &v.ConnectTimeout }, 0, 0)},
	{Name: "handshake_ivl", Number: 66, Field: "HandshakeTimeout", Unit: "ms", About: "time for the handshake; 0: no limit",
		value: milliseconds(func(v *Values) *time.Duration { return &v.HandshakeTimeout }, DefaultHandshakeTimeout.Milliseconds(), 1, special{0, -1, "no limit"})},
	{Name: "heartbeat_ivl", Number: 75, Field: "HeartbeatInterval", Unit: "ms", About: "time between heartbeats; 0: none are sent",
		value: milliseconds(func(v *Values) *time.Duration { return &v.HeartbeatInterval }, 0, 0)},
	{Name: "heartbeat_timeout", Number: 77, Field: "HeartbeatTimeout", Unit: "ms", About: "time for the answer to a heartbeat; -1: the interval",
		value: milliseconds(func(v *Values) *time.Duration { return &v.HeartbeatTimeout }, -1, 1, special{-1, 0, "the interval"}, special{0, -1, "no limit"})},
	{Name: "heartbeat_ttl", Number: 76, Field: "HeartbeatTTL", Unit: "ms", About: "time after which the peer may give us up; 0: it decides",
		value: number[time.Duration]{field: func(v *Values) *time.Duration { return &v.HeartbeatTTL }, unit: int64(time.Millisecond),
			most: wire.MaxPingTTL.Milliseconds(), bounded: true, zero: always(0)}},
	{Name: "backlog", Number: 19, Field: "Backlog", Unit: "connections", About: "connections that wait to be accepted",
		value: number[int]{field: func(v *Values) *int { return &v.Backlog }, unit: 1, least: 1, most: math.MaxInt32, bounded: true, zero: always(DefaultBacklog)}},
	{Name: "sndbuf", Number: 11, Field: "SendBuffer", Unit: "bytes", About: "the system's send buffer, in bytes; -1: its choice",
		value: bufferSize(func(v *Values) *int { return &v.SendBuffer })},
	{Name: "rcvbuf", Number: 12, Field: "RecvBuffer", Unit: "bytes", About: "the system's receive buffer, in bytes; -1: its choice",
		value: bufferSize(func(v *Values) *int { return &v.RecvBuffer })},

	// What a peer may send.
	{Name: "maxmsgsize", Number: 22, Field: "MaxFrameSize", Unit: "bytes", About: "largest frame received, in bytes",
		value: atMost(func(v *Values) *int64 { return &v.MaxFrameSize }, math.MaxInt64, always(-1))},
	{Name: "maxmsgsize_total", Field: "MaxMessageSize", Unit: "bytes", About: "largest message received, all its frames, in bytes",
		value: atMost(func(v *Values) *int64 { return &v.MaxMessageSize }, math.MaxInt64, func(v *Values) int64 { return orNone(v.MaxMessage()) })},
	{Name: "maxframes", Field: "MaxFrames", Unit: "frames", About: "frames that a received message may have; -1: no limit",
		value: atMost(func(v *Values) *int { return &v.MaxFrames }, math.MaxInt32, func(v *Values) int64 { return orNone(int64(v.FrameLimit())) })},
	{Name: "stall_timeout", Field: "StallTimeout", Unit: "ms", About: "time for more of a message that has begun; 0: no limit",
		value: milliseconds(func(v *Values) *time.Duration { return &v.StallTimeout }, DefaultStallTimeout.Milliseconds(), 1, special{0, -1, "no limit"})},

	// Patterns.
	{Name: "routing_id", Alias: "identity", Number: 5, Field: "RoutingID", About: "the name by which a ROUTER knows this socket", value: routingID{}},
	{Name: "router_mandatory", Number: 33, Field: "RouterMandatory", Types: of(wire.ROUTER), When: AtOnce,
		About: "report messages to a routing id that no peer has",
		value: toggle(func(v *Values) *bool { return &v.RouterMandatory })},
	{Name: "router_handover", Number: 56, Field: "RouterHandover", Types: of(wire.ROUTER), When: AtOnce,
		About: "a new peer takes a routing id over",
		value: toggle(func(v *Values) *bool { return &v.RouterHandover })},
	{Name: "probe_router", Number: 51, Field: "ProbeRouter", Types: of(wire.ROUTER, wire.DEALER, wire.REQ), When: AtOnce,
		About: "send an empty message to each new peer",
		value: toggle(func(v *Values) *bool { return &v.ProbeRouter })},
	{Name: "req_correlate", Number: 52, Field: "ReqCorrelate", Types: of(wire.REQ), When: AtOnce,
		About: "number requests, to tell late replies",
		value: toggle(func(v *Values) *bool { return &v.ReqCorrelate })},
	{Name: "req_relaxed", Number: 53, Field: "ReqRelaxed", Types: of(wire.REQ), When: AtOnce,
		About: "let a request follow one that was not answered",
		value: toggle(func(v *Values) *bool { return &v.ReqRelaxed })},
	{Name: "xpub_nodrop", Number: 69, Field: "NoDrop", Types: of(wire.PUB), When: AtOnce,
		About: "wait for slow subscribers instead of dropping",
		value: toggle(func(v *Values) *bool { return &v.NoDrop })},
	{Name: "subscribe", Number: 6, Field: "Subscribe", Types: of(wire.SUB), When: AtOnce, About: "receive messages that start so; repeatable", value: prefixes{}},
}

// orNone is libzmq's number for a limit that is 0 if there is none.
func orNone(limit int64) int64 {
	if limit == 0 {
		return -1
	}
	return limit
}
