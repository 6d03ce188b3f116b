package zmq_test

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// Each number that Set takes has a smallest and a largest value, and refuses the next
// one beyond. A refused value changes nothing.
func TestSetOptionBounds(t *testing.T) {
	const hour = 3600_000
	type bounds struct{ least, most int64 }
	all := map[string]bounds{
		"sndhwm": {0, math.MaxInt32}, "rcvhwm": {0, math.MaxInt32},
		"sndhwm_bytes": {0, math.MaxInt32}, "rcvhwm_bytes": {0, math.MaxInt32},
		"linger": {-1, math.MaxInt32}, "reconnect_ivl": {-1, math.MaxInt32}, "reconnect_ivl_max": {0, math.MaxInt32},
		"handshake_ivl": {0, math.MaxInt32}, "stall_timeout": {0, math.MaxInt32}, "connect_timeout": {0, math.MaxInt32},
		"heartbeat_ivl": {0, math.MaxInt32}, "heartbeat_timeout": {-1, math.MaxInt32}, "heartbeat_ttl": {0, 6553500},
		"sndtimeo": {-1, math.MaxInt32}, "rcvtimeo": {-1, math.MaxInt32},
		"maxmsgsize": {-1, math.MaxInt64}, "maxmsgsize_total": {-1, math.MaxInt64}, "maxframes": {-1, math.MaxInt32},
		"sndbuf": {-1, math.MaxInt32}, "rcvbuf": {-1, math.MaxInt32}, "backlog": {1, math.MaxInt32},
	}
	for name, b := range all {
		accepts := func(n int64) {
			t.Helper()
			if err := new(zmq.Options).Set(name, strconv.FormatInt(n, 10)); err != nil {
				t.Error(err)
			}
		}
		refuses := func(value string) {
			t.Helper()
			var o zmq.Options
			if err := o.Set(name, value); err == nil || !reflect.DeepEqual(o, zmq.Options{}) {
				t.Errorf("%s = %s: %v, %+v", name, value, err, o)
			}
		}
		accepts(b.least)
		accepts(b.most)
		refuses(strconv.FormatInt(b.least-1, 10))
		refuses(strconv.FormatUint(uint64(b.most)+1, 10))
		if strings.HasPrefix(name, "maxm") || name == "maxframes" {
			refuses("0") // libzmq accepts it, and would let only empty frames pass
		}
	}
	for _, name := range zmq.OptionNames() {
		_, numeric := all[name]
		if err := new(zmq.Options).Set(name, "2"); err == nil && !numeric && name != "routing_id" && name != "identity" && name != "subscribe" {
			t.Errorf("%s takes numbers: add its bounds", name)
		}
	}
}

// A routing id has 1 to 255 bytes, and does not begin with a zero.
func TestSetRoutingIDBounds(t *testing.T) {
	for value, ok := range map[string]bool{
		"x": true, strings.Repeat("x", 255): true, "\x01\x00": true,
		"": false, strings.Repeat("x", 256): false, "\x00x": false,
	} {
		var o zmq.Options
		if err := o.Set("routing_id", value); (err == nil) != ok || string(o.RoutingID) != value && ok {
			t.Errorf("%d bytes: %v, %q", len(value), err, o.RoutingID)
		}
	}
}

// The names are in alphabetical order, without a gap.
func TestOptionNames(t *testing.T) {
	names := zmq.OptionNames()
	for i, name := range names {
		if name == "" || i > 0 && name <= names[i-1] {
			t.Errorf("%q", names)
		}
	}
}
