package zmq

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// setters has a setter for each option by libzmq's name. Setters take libzmq's
// numbers: times in milliseconds, and libzmq's meanings of 0 and -1. Options uses
// other numbers so that its zero value has the defaults.
var setters = map[string]func(o *Options, value string) error{
	"sndhwm":            highWaterMark(func(o *Options) *int { return &o.SendHWM }),
	"rcvhwm":            highWaterMark(func(o *Options) *int { return &o.RecvHWM }),
	"sndhwm_bytes":      count(0, func(o *Options) *int { return &o.SendHWMBytes }),
	"rcvhwm_bytes":      count(0, func(o *Options) *int { return &o.RecvHWMBytes }),
	"linger":            milliseconds(-1, func(o *Options) *time.Duration { return &o.Linger }, orForEver),
	"reconnect_ivl":     milliseconds(-1, func(o *Options) *time.Duration { return &o.ReconnectInterval }, orAtOnce),
	"reconnect_ivl_max": milliseconds(0, func(o *Options) *time.Duration { return &o.ReconnectIntervalMax }, nil),
	"handshake_ivl":     milliseconds(0, func(o *Options) *time.Duration { return &o.HandshakeTimeout }, orNever),
	"heartbeat_ivl":     milliseconds(0, func(o *Options) *time.Duration { return &o.HeartbeatInterval }, nil),
	"heartbeat_timeout": milliseconds(-1, func(o *Options) *time.Duration { return &o.HeartbeatTimeout }, orInterval),
	"heartbeat_ttl":     millisecondsUpTo(wire.MaxPingTTL, func(o *Options) *time.Duration { return &o.HeartbeatTTL }),
	"connect_timeout":   milliseconds(0, func(o *Options) *time.Duration { return &o.ConnectTimeout }, nil),
	"sndtimeo":          milliseconds(-1, func(o *Options) *time.Duration { return &o.SendTimeout }, orForEverElseAtOnce),
	"rcvtimeo":          milliseconds(-1, func(o *Options) *time.Duration { return &o.RecvTimeout }, orForEverElseAtOnce),
	"maxmsgsize":        sizeLimit(func(o *Options) *int64 { return &o.MaxFrameSize }),
	"maxmsgsize_total":  sizeLimit(func(o *Options) *int64 { return &o.MaxMessageSize }),
	"maxframes":         setMaxFrames,
	"stall_timeout":     milliseconds(0, func(o *Options) *time.Duration { return &o.StallTimeout }, orNever),
	"routing_id":        setRoutingID,
	"identity":          setRoutingID,
	"router_mandatory":  toggle(func(o *Options) *bool { return &o.RouterMandatory }),
	"router_handover":   toggle(func(o *Options) *bool { return &o.RouterHandover }),
	"probe_router":      toggle(func(o *Options) *bool { return &o.ProbeRouter }),
	"req_relaxed":       toggle(func(o *Options) *bool { return &o.ReqRelaxed }),
	"req_correlate":     toggle(func(o *Options) *bool { return &o.ReqCorrelate }),
	"xpub_nodrop":       toggle(func(o *Options) *bool { return &o.NoDrop }),
	"immediate":         toggle(func(o *Options) *bool { return &o.Immediate }),
	"sndbuf":            bufferSize(func(o *Options) *int { return &o.SendBuffer }),
	"rcvbuf":            bufferSize(func(o *Options) *int { return &o.RecvBuffer }),
	"backlog":           count(1, func(o *Options) *int { return &o.Backlog }),
	"subscribe":         addSubscription,
}

// unimplemented lists the libzmq options that are not implemented yet, so that
// their error differs from that for a misspelt name.
var unimplemented = strings.Fields(`bindtodevice conflate connect_rid connect_routing_id curve_publickey curve_secretkey
	curve_server curve_serverkey disconnect_msg gssapi_plaintext gssapi_principal gssapi_principal_nametype
	gssapi_server gssapi_service_principal gssapi_service_principal_nametype hello_msg in_batch_size
	invert_matching ipc_filter_gid ipc_filter_pid ipc_filter_uid loopback_fastpath mechanism metadata
	multicast_hops multicast_loop multicast_maxtpdu only_first_subscribe out_batch_size plain_password
	plain_server plain_username priority rate reconnect_stop recovery_ivl
	router_notify router_raw socks_password socks_proxy socks_username stream_notify tcp_accept_filter
	tcp_keepalive tcp_keepalive_cnt tcp_keepalive_idle tcp_keepalive_intvl tcp_maxrt tos use_fd
	vmci_buffer_max_size vmci_buffer_min_size vmci_buffer_size vmci_connect_timeout wss_cert_pem wss_hostname
	wss_key_pem wss_trust_pem wss_trust_system xpub_manual xpub_manual_last_value xpub_verbose xpub_verboser
	xpub_welcome_msg zap_domain zap_enforce_domain`)

// replacements says what to do in place of libzmq options that are not options
// here.
var replacements = map[string]string{
	"affinity":      "leave it out: connections are spread over the dispatchers (ContextOptions.Dispatchers)",
	"ipv6":          "leave it out: IPv6 addresses are always understood; bind tcp://[::]:port for both versions",
	"ipv4only":      "leave it out: IPv6 addresses are always understood; bind an IPv4 address for that version alone",
	"unsubscribe":   "call Socket.Unsubscribe",
	"fd":            "use Socket.Readable and Socket.Writable",
	"events":        "use Socket.Readable and Socket.Writable",
	"rcvmore":       "a message has all its frames: use Msg.Len",
	"type":          "use Socket.Type",
	"last_endpoint": "use Socket.LastEndpoint",
	"thread_safe":   "every socket is",
}

// OptionNames lists the names that [Options.Set] accepts, in alphabetical order.
func OptionNames() []string {
	var names []string
	for name := range setters {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Set sets an option by its libzmq name, in upper or lower case, with or without
// "ZMQ_" in front, to a value in libzmq's form. Times are in milliseconds. 0
// means no high-water mark. -1 means no limit for a linger, a timeout or a
// message size, and no reconnecting. 0 and 1 mean off and on. "subscribe" adds a
// prefix.
//
// "maxmsgsize" is MaxFrameSize. These names are our own: "sndhwm_bytes",
// "rcvhwm_bytes", "maxmsgsize_total" (MaxMessageSize), "maxframes" (MaxFrames)
// and "stall_timeout" (StallTimeout).
//
// Set fails with an *OptionError, which wraps errors.ErrUnsupported for a libzmq
// option that is not implemented yet.
func (o *Options) Set(name, value string) error {
	known := strings.TrimPrefix(strings.ToLower(name), "zmq_")
	set := setters[known]
	if set == nil && slices.Contains(unimplemented, known) {
		return &OptionError{Option: name, Err: fmt.Errorf("this libzmq option is not implemented yet: %w", errors.ErrUnsupported)}
	}
	if do := replacements[known]; do != "" {
		return &OptionError{Option: name, Err: fmt.Errorf("not an option here: %s: %w", do, errors.ErrUnsupported)}
	}
	if set == nil {
		return &OptionError{Option: name, Err: fmt.Errorf("unknown: expected one of %s", strings.Join(OptionNames(), ", "))}
	}
	if err := set(o, value); err != nil {
		return &OptionError{Option: name, Err: err}
	}
	return nil
}

// number parses a decimal number from least to most.
func number(value string, least, most int64) (int64, error) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%q: expected a number, %d or more, up to %d", value, least, most)
	}
	return n, nil
}

func count(least int64, field func(*Options) *int) func(*Options, string) error {
	return func(o *Options, value string) error {
		n, err := number(value, least, math.MaxInt32)
		if err == nil {
			*field(o) = int(n)
		}
		return err
	}
}

// highWaterMark sets a mark in messages: libzmq's 0 means none.
func highWaterMark(field func(*Options) *int) func(*Options, string) error {
	return func(o *Options, value string) error {
		err := count(0, field)(o, value)
		if err == nil && *field(o) == 0 {
			*field(o) = Unlimited
		}
		return err
	}
}

// bufferSize sets the size of a system buffer: libzmq's -1 leaves it to the
// system.
func bufferSize(field func(*Options) *int) func(*Options, string) error {
	return func(o *Options, value string) error {
		err := count(-1, field)(o, value)
		if err == nil {
			*field(o) = max(*field(o), 0)
		}
		return err
	}
}

func toggle(field func(*Options) *bool) func(*Options, string) error {
	return func(o *Options, value string) error {
		on, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q: expected 0 or 1", value)
		}
		*field(o) = on
		return nil
	}
}

// milliseconds sets a duration. special maps libzmq's numbers 0 and -1 to their
// values here; a nil map leaves them as they are.
func milliseconds(least int64, field func(*Options) *time.Duration, special map[int64]time.Duration) func(*Options, string) error {
	return func(o *Options, value string) error {
		n, err := number(value, least, math.MaxInt32)
		if err != nil {
			return err
		}
		d, ok := special[n]
		if !ok {
			d = time.Duration(n) * time.Millisecond
		}
		*field(o) = d
		return nil
	}
}

// millisecondsUpTo sets a duration from 0 to most.
func millisecondsUpTo(most time.Duration, field func(*Options) *time.Duration) func(*Options, string) error {
	return func(o *Options, value string) error {
		n, err := number(value, 0, most.Milliseconds())
		if err == nil {
			*field(o) = time.Duration(n) * time.Millisecond
		}
		return err
	}
}

// The values here of libzmq's special times. Where 0 is the default here,
// libzmq's 0, which does not wait, becomes the shortest duration.
var (
	orForEver           = map[int64]time.Duration{-1: 0, 0: NoLinger}
	orAtOnce            = map[int64]time.Duration{-1: -1, 0: time.Millisecond}
	orInterval          = map[int64]time.Duration{-1: 0, 0: -1}
	orNever             = map[int64]time.Duration{0: -1}
	orForEverElseAtOnce = map[int64]time.Duration{-1: 0, 0: 1}
)

// sizeLimit sets a maximum size. libzmq's 0, which allows empty frames only, is
// refused.
func sizeLimit(field func(*Options) *int64) func(*Options, string) error {
	return func(o *Options, value string) error {
		n, err := number(value, -1, math.MaxInt64)
		if err != nil || n == 0 {
			return fmt.Errorf("%q: expected a number of bytes, or -1 for no limit", value)
		}
		*field(o) = n
		return nil
	}
}

func setMaxFrames(o *Options, value string) error {
	n, err := number(value, -1, math.MaxInt32)
	if err != nil || n == 0 {
		return fmt.Errorf("%q: expected a number of frames, or -1 for no limit", value)
	}
	o.MaxFrames = int(n)
	return nil
}

func setRoutingID(o *Options, value string) error {
	if value == "" || len(value) > wire.MaxIdentity {
		return fmt.Errorf("%d bytes: expected 1 to %d bytes", len(value), wire.MaxIdentity)
	}
	if value[0] == 0 {
		return fmt.Errorf("the first byte must not be zero: such ids are made up by ROUTER sockets")
	}
	o.RoutingID = []byte(value)
	return nil
}

func addSubscription(o *Options, value string) error {
	o.Subscribe = append(o.Subscribe, value)
	return nil
}
