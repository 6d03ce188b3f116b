package option

import "time"

// Values are a socket's options as a program gives them. The fields are those of
// zmq.Options, which documents them, in the same order: the two types convert
// into each other, and the compiler refuses a field that only one of them has.
type Values struct {
	SendHWM, RecvHWM           int
	SendHWMBytes, RecvHWMBytes int

	Linger time.Duration

	ReconnectInterval    time.Duration
	ReconnectIntervalMax time.Duration
	HandshakeTimeout     time.Duration
	ConnectTimeout       time.Duration
	HeartbeatInterval    time.Duration
	HeartbeatTimeout     time.Duration
	HeartbeatTTL         time.Duration

	SendTimeout, RecvTimeout time.Duration

	MaxFrameSize   int64
	MaxMessageSize int64
	MaxFrames      int
	StallTimeout   time.Duration

	RoutingID       []byte
	RouterMandatory bool
	RouterHandover  bool
	ProbeRouter     bool
	NoDrop          bool
	ReqRelaxed      bool
	ReqCorrelate    bool
	Immediate       bool
	Subscribe       []string

	SendBuffer, RecvBuffer int
	Backlog                int
}

// Clone returns a copy that shares no memory with v.
func (v *Values) Clone() Values {
	c := *v
	c.RoutingID = append([]byte(nil), v.RoutingID...)
	c.Subscribe = append([]string(nil), v.Subscribe...)
	return c
}
