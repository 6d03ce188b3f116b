package zmq_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
	"github.com/actum-go/actum/zmq/internal/option"
)

func TestSetOption(t *testing.T) {
	tests := []struct {
		name, value string
		want        zmq.Options
	}{
		{"sndhwm", "10", zmq.Options{SendHWM: 10}},
		{"SNDHWM", "10", zmq.Options{SendHWM: 10}},
		{"ZMQ_SNDHWM", "10", zmq.Options{SendHWM: 10}},
		{"zmq_rcvhwm", "0", zmq.Options{RecvHWM: zmq.Unlimited}},
		{"sndhwm_bytes", "4096", zmq.Options{SendHWMBytes: 4096}},
		{"rcvhwm_bytes", "0", zmq.Options{}},
		{"linger", "-1", zmq.Options{}},
		{"linger", "0", zmq.Options{Linger: zmq.NoLinger}},
		{"linger", "1500", zmq.Options{Linger: 1500 * time.Millisecond}},
		{"reconnect_ivl", "-1", zmq.Options{ReconnectInterval: -1}},
		{"reconnect_ivl", "0", zmq.Options{ReconnectInterval: time.Millisecond}},
		{"reconnect_ivl", "20", zmq.Options{ReconnectInterval: 20 * time.Millisecond}},
		{"reconnect_ivl_max", "5000", zmq.Options{ReconnectIntervalMax: 5 * time.Second}},
		{"handshake_ivl", "0", zmq.Options{HandshakeTimeout: -1}},
		{"handshake_ivl", "7", zmq.Options{HandshakeTimeout: 7 * time.Millisecond}},
		{"heartbeat_ivl", "7", zmq.Options{HeartbeatInterval: 7 * time.Millisecond}},
		{"heartbeat_timeout", "7", zmq.Options{HeartbeatTimeout: 7 * time.Millisecond}},
		{"heartbeat_timeout", "-1", zmq.Options{}},
		{"heartbeat_timeout", "0", zmq.Options{HeartbeatTimeout: -1}},
		{"heartbeat_ttl", "300", zmq.Options{HeartbeatTTL: 300 * time.Millisecond}},
		{"connect_timeout", "7", zmq.Options{ConnectTimeout: 7 * time.Millisecond}},
		{"connect_timeout", "0", zmq.Options{}},
		{"sndtimeo", "-1", zmq.Options{}},
		{"sndtimeo", "0", zmq.Options{SendTimeout: 1}},
		{"rcvtimeo", "7", zmq.Options{RecvTimeout: 7 * time.Millisecond}},
		{"maxmsgsize", "-1", zmq.Options{MaxFrameSize: -1}},
		{"maxmsgsize", "1048576", zmq.Options{MaxFrameSize: 1 << 20}},
		{"maxmsgsize_total", "2097152", zmq.Options{MaxMessageSize: 2 << 20}},
		{"maxframes", "-1", zmq.Options{MaxFrames: -1}},
		{"maxframes", "7", zmq.Options{MaxFrames: 7}},
		{"stall_timeout", "0", zmq.Options{StallTimeout: -1}},
		{"stall_timeout", "1500", zmq.Options{StallTimeout: 1500 * time.Millisecond}},
		{"routing_id", "me", zmq.Options{RoutingID: []byte("me")}},
		{"identity", "me", zmq.Options{RoutingID: []byte("me")}},
		{"router_mandatory", "1", zmq.Options{RouterMandatory: true}},
		{"xpub_nodrop", "1", zmq.Options{NoDrop: true}},
		{"router_handover", "1", zmq.Options{RouterHandover: true}},
		{"probe_router", "1", zmq.Options{ProbeRouter: true}},
		{"req_relaxed", "1", zmq.Options{ReqRelaxed: true}},
		{"req_correlate", "1", zmq.Options{ReqCorrelate: true}},
		{"immediate", "true", zmq.Options{Immediate: true}},
		{"immediate", "0", zmq.Options{}},
		{"sndbuf", "65536", zmq.Options{SendBuffer: 65536}},
		{"rcvbuf", "-1", zmq.Options{}},
		{"backlog", "7", zmq.Options{Backlog: 7}},
		{"subscribe", "a", zmq.Options{Subscribe: []string{"a"}}},
		{"subscribe", "", zmq.Options{Subscribe: []string{""}}},
	}
	tested := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			var o zmq.Options
			if err := o.Set(tt.name, tt.value); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(o, tt.want) {
				t.Errorf("got %+v, want %+v", o, tt.want)
			}
		})
		tested[strings.TrimPrefix(strings.ToLower(tt.name), "zmq_")] = true
	}
	for _, name := range zmq.OptionNames() {
		if !tested[name] {
			t.Errorf("option %s is not tested", name)
		}
	}
}

func TestSetOptionAddsSubscriptions(t *testing.T) {
	var o zmq.Options
	for _, prefix := range []string{"a", "b"} {
		if err := o.Set("subscribe", prefix); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(o.Subscribe, []string{"a", "b"}) {
		t.Errorf("subscriptions %q", o.Subscribe)
	}
}

func TestSetOptionRefusals(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"nothing", "1", "backlog, connect_timeout, "},
		{"", "1", "unknown"},
		{"conflate", "1", "not implemented yet"},
		{"ZMQ_CURVE_SERVER", "1", "not implemented yet: unsupported operation"},
		{"ZMQ_IPV6", "1", "not an option here: leave it out"},
		{"unsubscribe", "a", "call Socket.Unsubscribe"},
		{"sndhwm", "", "a number, 0 or more"},
		{"sndhwm", "-1", "a number, 0 or more"},
		{"sndhwm", "ten", `"ten"`},
		{"rcvhwm", "99999999999999999999", "a number"},
		{"linger", "-2", "a number, -1 or more"},
		{"linger", "1s", "a number"},
		{"maxmsgsize", "0", "-1 for no limit"},
		{"routing_id", "", "1 to 255 bytes"},
		{"immediate", "2", "0 or 1"},
		{"sndbuf", "-2", "a number, -1 or more"},
		{"backlog", "0", "a number, 1 or more"},
	}
	for _, tt := range tests {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			var o zmq.Options
			err := o.Set(tt.name, tt.value)
			var bad *zmq.OptionError
			if !errors.As(err, &bad) || bad.Option != tt.name || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an *OptionError of %q with %q", err, tt.name, tt.want)
			}
			if !reflect.DeepEqual(o, zmq.Options{}) {
				t.Errorf("the options changed: %+v", o)
			}
		})
	}
}

// The options that are not implemented yet are known.
func TestMissingOptions(t *testing.T) {
	for _, r := range option.Rows() {
		if r.Implemented() || r.Instead != "" {
			continue
		}
		if err := new(zmq.Options).Set(r.Name, "1"); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
}

// Every option of libzmq 4.3.4, drafts included, is known: its users have not
// misspelt it.
func TestOptionsOfLibzmqAreKnown(t *testing.T) {
	for _, name := range strings.Fields(`
		affinity backlog bindtodevice conflate connect_rid connect_routing_id connect_timeout curve_publickey
		curve_secretkey curve_server curve_serverkey disconnect_msg events fd gssapi_plaintext gssapi_principal
		gssapi_principal_nametype gssapi_server gssapi_service_principal gssapi_service_principal_nametype
		handshake_ivl heartbeat_ivl heartbeat_timeout heartbeat_ttl hello_msg identity immediate in_batch_size
		invert_matching ipc_filter_gid ipc_filter_pid ipc_filter_uid ipv4only ipv6 last_endpoint linger
		loopback_fastpath maxmsgsize mechanism metadata multicast_hops multicast_loop multicast_maxtpdu
		only_first_subscribe out_batch_size plain_password plain_server plain_username priority probe_router rate
		rcvbuf rcvhwm rcvmore rcvtimeo reconnect_ivl reconnect_ivl_max reconnect_stop recovery_ivl req_correlate
		req_relaxed router_handover router_mandatory router_notify router_raw routing_id sndbuf sndhwm sndtimeo
		socks_password socks_proxy socks_username stream_notify subscribe tcp_accept_filter tcp_keepalive
		tcp_keepalive_cnt tcp_keepalive_idle tcp_keepalive_intvl tcp_maxrt thread_safe tos type unsubscribe use_fd
		vmci_buffer_max_size vmci_buffer_min_size vmci_buffer_size vmci_connect_timeout wss_cert_pem wss_hostname
		wss_key_pem wss_trust_pem wss_trust_system xpub_manual xpub_manual_last_value xpub_nodrop xpub_verbose
		xpub_verboser xpub_welcome_msg zap_domain zap_enforce_domain`) {
		var unknown *zmq.OptionError
		if err := new(zmq.Options).Set(name, "x"); errors.As(err, &unknown) && strings.Contains(err.Error(), "unknown") {
			t.Error(err)
		}
	}
}
