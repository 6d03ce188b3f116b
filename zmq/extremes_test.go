package zmq_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// refusedExtremes are the fields of Options with numbers, and which extreme
// values are errors: "-" the negative ones, "+" the largest. All others work.
var refusedExtremes = map[string]string{
	"SendHWM": "", "RecvHWM": "", // negative: Unlimited
	"SendHWMBytes": "-", "RecvHWMBytes": "-",
	"Linger":            "", // negative: NoLinger
	"ReconnectInterval": "", // negative: never again
	"HandshakeTimeout":  "", // negative: none
	"HeartbeatTimeout":  "", // negative: never
	"MaxFrameSize":      "", // negative: no limit
	"MaxMessageSize":    "", // negative: no limit
	"MaxFrames":         "", // negative: no limit
	"StallTimeout":      "", // negative: none

	"ReconnectIntervalMax": "-", "ConnectTimeout": "-", "HeartbeatInterval": "-", "SendTimeout": "-", "RecvTimeout": "-",
	"HeartbeatTTL": "-+", "SendBuffer": "-+", "RecvBuffer": "-+", "Backlog": "-+",
}

// Every option with a number accepts its smallest and its largest value, and then
// messages pass; or it is refused at once, with an error that names the field.
func TestExtremeOptions(t *testing.T) {
	fields := reflect.TypeFor[zmq.Options]()
	for i := range fields.NumField() {
		field := fields.Field(i)
		if k := field.Type.Kind(); k != reflect.Int && k != reflect.Int64 {
			continue
		}
		refused, known := refusedExtremes[field.Name]
		if !known {
			t.Errorf("%s: is it refused if it is negative, or very large?", field.Name)
		}
		least, most := int64(math.MinInt64), int64(math.MaxInt64)
		if field.Type.Kind() == reflect.Int {
			least, most = math.MinInt, math.MaxInt
		}
		for _, v := range []int64{least, -1, 0, most} {
			t.Run(fmt.Sprint(field.Name, "=", v), func(t *testing.T) {
				var o zmq.Options
				reflect.ValueOf(&o).Elem().Field(i).SetInt(v)
				wrong := v < 0 && len(refused) > 0 || v > math.MaxInt32 && len(refused) > 1
				f := newFixture(t, "tcp")
				s, err := f.Sockets.NewSocket(zmq.PUSH, o)
				var bad *zmq.OptionError
				switch {
				case wrong && (!errors.As(err, &bad) || bad.Option != field.Name):
					t.Errorf("%v, want an error that names %s", err, field.Name)
				case wrong:
				case err != nil:
					t.Error(err)
				default:
					defer s.Close()
					pull := f.Socket(zmq.PULL, zmq.Options{})
					f.Link(pull, s)
					f.exchange(s, pull, "hello")
				}
			})
		}
	}
}

// The longest times mean never: no sum overflows, which would make something
// happen at once.
func TestLongestTimes(t *testing.T) {
	const never time.Duration = math.MaxInt64
	f := newFixture(t, "tcp")
	o := zmq.Options{
		ReconnectInterval: never, ReconnectIntervalMax: never, HandshakeTimeout: never, ConnectTimeout: never,
		HeartbeatInterval: never, HeartbeatTimeout: never, SendTimeout: never, RecvTimeout: never, Linger: never,
	}
	pull, push := f.Socket(zmq.PULL, o), f.Socket(zmq.PUSH, o)
	f.Link(pull, push)
	f.exchange(push, pull, "hello")
	must(t, push.Close())
	lonely := f.Socket(zmq.DEALER, zmq.Options{ReconnectInterval: never, Linger: zmq.NoLinger})
	must(t, lonely.Connect(f.Free()))
	f.endpoint(lonely, zmq.EndpointRetrying)
	for range 3 { // its dispatcher turns, and it does not try again
		other := f.Socket(zmq.PUSH, zmq.Options{})
		f.Link(pull, other)
		f.exchange(other, pull, "hello")
	}
	if e := lonely.Stats().Endpoints[0]; e.Failures != 1 {
		t.Errorf("%d attempts, want 1", e.Failures)
	}
}

// Set refuses what the socket would refuse.
func TestSetExtremes(t *testing.T) {
	for _, tt := range [][2]string{
		{"heartbeat_ttl", "99999999"}, {"heartbeat_ttl", "-1"}, {"sndbuf", "4294967296"}, {"backlog", "0"},
		{"connect_timeout", "-1"}, {"sndtimeo", "-2"}, {"reconnect_ivl", "9223372036854775807"}, {"sndhwm", "-1"},
		{"routing_id", "\x00a"}, {"routing_id", string(make([]byte, 256))}, {"linger", "99999999999999999999"},
	} {
		var o zmq.Options
		var bad *zmq.OptionError
		if err := o.Set(tt[0], tt[1]); !errors.As(err, &bad) || bad.Option != tt[0] {
			t.Errorf("%s %.20q: %v", tt[0], tt[1], err)
		}
	}
}
