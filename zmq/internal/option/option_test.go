package option_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// implemented calls f for each option that can be set.
func implemented(t *testing.T, f func(t *testing.T, r *option.Row)) {
	for _, r := range option.Rows() {
		if r.Implemented() {
			t.Run(r.Name, func(t *testing.T) { f(t, &r) })
		}
	}
}

// Every row says what its option is, and no name, number or field is used twice.
func TestRowsAreComplete(t *testing.T) {
	names, numbers, fields := map[string]bool{}, map[int]bool{}, map[string]bool{}
	for _, r := range option.Rows() {
		for _, name := range []string{r.Name, r.Alias} {
			if name != "" && names[name] || name != strings.ToLower(name) || r.Name == "" {
				t.Errorf("name %q", name)
			}
			names[name] = true
		}
		if r.Number != 0 && numbers[r.Number] || r.Number == 0 && !r.Implemented() {
			t.Errorf("%s: number %d", r.Name, r.Number)
		}
		numbers[r.Number] = true
		switch {
		case r.Implemented():
			if r.Field == "" || fields[r.Field] || r.About == "" || r.Range() == "" || r.Instead != "" {
				t.Errorf("%s: %+v", r.Name, r)
			}
			fields[r.Field] = true
		case r.Field != "" || (r.About == "") == (r.Instead == ""):
			t.Errorf("%s: %+v", r.Name, r)
		}
	}
	values := reflect.TypeFor[option.Values]()
	for i := range values.NumField() {
		if name := values.Field(i).Name; !fields[name] {
			t.Errorf("field %s has no row", name)
		}
	}
}

// examples are values to set, other than the default.
func examples(r *option.Row) []string {
	switch {
	case r.Name == "routing_id":
		return []string{"me", strings.Repeat("x", wire.MaxIdentity)}
	case r.Name == "subscribe":
		return []string{"a", ""}
	case r.Range() == "0 or 1":
		return []string{"1"}
	}
	return []string{"1", "2", "77", "0", "-1"}
}

// zeroMeans has the options whose 0 is read back as another number with the same
// meaning.
var zeroMeans = map[string]string{"reconnect_ivl": "1", "sndbuf": "-1", "rcvbuf": "-1"}

// Get returns what Set has set, and a row changes its own field and no other.
func TestGetReturnsWhatWasSet(t *testing.T) {
	implemented(t, func(t *testing.T, r *option.Row) {
		for _, text := range examples(r) {
			var v option.Values
			err := r.Set(&v, text)
			if strings.HasPrefix(text, "-") || text == "0" {
				if err != nil { // not every option has these
					continue
				}
			} else if err != nil {
				t.Fatal(err)
			}
			fields := reflect.ValueOf(v)
			for i := range fields.NumField() {
				if name := fields.Type().Field(i).Name; name != r.Field && !fields.Field(i).IsZero() {
					t.Errorf("%s=%s changed %s", r.Name, text, name)
				}
			}
			got, err := r.Get(&v)
			switch {
			case !r.Readable():
				if !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("%q, %v", got, err)
				}
			case text == "0" && zeroMeans[r.Name] != "":
				if got != zeroMeans[r.Name] {
					t.Errorf("set to 0, read %q", got)
				}
			case err != nil || got != text:
				t.Errorf("set to %q, read %q, %v", text, got, err)
			}
		}
	})
}

// The default is what Get returns for the zero value, and Set accepts it.
func TestDefaultsCanBeSet(t *testing.T) {
	implemented(t, func(t *testing.T, r *option.Row) {
		if !r.Readable() || r.Name == "routing_id" {
			return
		}
		var v option.Values
		if err := r.Set(&v, r.Default()); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Get(&v); got != r.Default() || err != nil {
			t.Errorf("default %q, read back as %q, %v", r.Default(), got, err)
		}
	})
}

// The defaults are libzmq's.
func TestDefaults(t *testing.T) {
	for name, want := range map[string]string{
		"sndhwm": "1000", "rcvhwm": "1000", "linger": "-1", "reconnect_ivl": "100", "reconnect_ivl_max": "0", "backlog": "100",
		"immediate": "0", "handshake_ivl": "30000", "connect_timeout": "0", "heartbeat_ivl": "0", "heartbeat_ttl": "0",
		"heartbeat_timeout": "-1", "sndbuf": "-1", "rcvbuf": "-1", "sndtimeo": "-1", "rcvtimeo": "-1", "maxmsgsize": "-1",
		"routing_id": "", "router_mandatory": "0", "router_handover": "0", "probe_router": "0", "req_correlate": "0",
		"req_relaxed": "0", "xpub_nodrop": "0",
		"maxmsgsize_total": "-1", "maxframes": "1048576", "stall_timeout": "60000", "sndhwm_bytes": "0", "rcvhwm_bytes": "0",
	} {
		if r, err := option.Find(name); err != nil || r.Default() != want {
			t.Errorf("%s: default %q, want %q, %v", name, r.Default(), want, err)
		}
	}
}

// Times that are not whole milliseconds, or longer than libzmq's numbers, are read
// as the nearest number that does not mean none.
func TestGetRounds(t *testing.T) {
	for _, tt := range []struct {
		v    option.Values
		name string
		want string
	}{
		{option.Values{Linger: 1}, "linger", "1"},
		{option.Values{Linger: -7}, "linger", "0"},
		{option.Values{SendTimeout: 1}, "sndtimeo", "0"},
		{option.Values{SendTimeout: time.Millisecond + 1}, "sndtimeo", "2"},
		{option.Values{RecvTimeout: math.MaxInt64}, "rcvtimeo", "2147483647"},
		{option.Values{ReconnectInterval: -5}, "reconnect_ivl", "-1"},
		{option.Values{SendHWM: -5}, "sndhwm", "0"},
		{option.Values{MaxFrameSize: 10}, "maxmsgsize_total", "10000"},
		{option.Values{MaxMessageSize: 10}, "maxframes", "64"},
	} {
		r, err := option.Find(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Get(&tt.v); got != tt.want || err != nil {
			t.Errorf("%s of %+v: %q, want %q, %v", tt.name, tt.v, got, tt.want, err)
		}
	}
}

// An option is found by its number as it is by its name.
func TestByNumber(t *testing.T) {
	for _, want := range option.Rows() {
		r, err := option.ByNumber(want.Number)
		byName, nameErr := option.Find(want.Name)
		switch {
		case want.Number == 0:
			if r != nil || err == nil {
				t.Errorf("%s, which is our own, has number 0", want.Name)
			}
		case r != byName || fmt.Sprint(err) != fmt.Sprint(nameErr):
			t.Errorf("%d: %v, %v; by the name %s: %v, %v", want.Number, r, err, want.Name, byName, nameErr)
		}
	}
	if r, err := option.ByNumber(9999); r != nil || err == nil || errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("9999: %v, %v", r, err)
	}
}

// An error says what is allowed, and a type that does not have an option which
// types do.
func TestErrorsSayWhatIsAllowed(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"linger", "-2", "-1 or more, up to 2147483647; -1 for no limit; 0 for no wait"},
		{"maxframes", "0", "-1 or more, up to 2147483647, but not 0; -1 for no limit"},
		{"backlog", "0", "1 or more, up to 2147483647"},
		{"immediate", "2", "0 or 1"},
	} {
		r, err := option.Find(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Set(new(option.Values), tt.value); err == nil || !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	field, err := (&option.Values{ProbeRouter: true}).Validate(wire.PUSH)
	if want := "a PUSH socket does not have it: expected REQ, DEALER, ROUTER"; field != "ProbeRouter" || err == nil || err.Error() != want {
		t.Errorf("%s: %v, want %q", field, err, want)
	}
}
