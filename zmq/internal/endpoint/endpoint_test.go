package endpoint

import (
	"errors"
	"strings"
	"testing"
)

func tcp(host string, port uint16) Endpoint {
	return Endpoint{Transport: TCP, Address: Address{host, port}}
}

func ipc(path string) Endpoint { return Endpoint{Transport: IPC, Path: path} }

func TestParse(t *testing.T) {
	long := strings.Repeat("p", MaxPath)
	for _, tt := range []struct {
		in        string
		want      Endpoint
		canonical string // "" if it is in itself
	}{
		{"tcp://127.0.0.1:5555", tcp("127.0.0.1", 5555), ""},
		{"tcp://*:5555", tcp("*", 5555), ""},
		{"tcp://*:*", tcp("*", 0), ""},
		{"tcp://*:0", tcp("*", 0), "tcp://*:*"},
		{"tcp://eth0:*", tcp("eth0", 0), ""},
		{"tcp://br-lan.100:1", tcp("br-lan.100", 1), ""},
		{"tcp://feed.example.com:65535", tcp("feed.example.com", 65535), ""},
		{"tcp://3com:00080", tcp("3com", 80), "tcp://3com:80"},
		{"tcp://bücher.example:80", tcp("bücher.example", 80), ""},
		{"tcp://[::1]:5555", tcp("::1", 5555), ""},
		{"tcp://[0:0:0::1]:5555", tcp("::1", 5555), "tcp://[::1]:5555"},
		{"tcp://[FE80::1%eth0]:*", tcp("fe80::1%eth0", 0), "tcp://[fe80::1%eth0]:*"},
		{"tcp://[::ffff:10.0.0.1]:1", tcp("::ffff:10.0.0.1", 1), ""},
		{"tcp://10.0.0.2:0;10.0.0.1:5555", Endpoint{
			Transport: TCP, Source: Address{"10.0.0.2", 0}, Address: Address{"10.0.0.1", 5555},
		}, "tcp://10.0.0.2:*;10.0.0.1:5555"},
		{"tcp://*:7000;[::1]:5555", Endpoint{
			Transport: TCP, Source: Address{"*", 7000}, Address: Address{"::1", 5555},
		}, ""},
		{"ipc:///tmp/feed.sock", ipc("/tmp/feed.sock"), ""},
		{"ipc://relative/path with spaces", ipc("relative/path with spaces"), ""},
		{"ipc://@abstract", ipc("@abstract"), ""},
		{"ipc://*", ipc("*"), ""},
		{"ipc://" + long, ipc(long), ""},
		{"inproc://jobs", Endpoint{Transport: Inproc, Name: "jobs"}, ""},
		{"inproc://a b:c/*", Endpoint{Transport: Inproc, Name: "a b:c/*"}, ""},
		{"inproc://tcp://x", Endpoint{Transport: Inproc, Name: "tcp://x"}, ""},
	} {
		t.Run(tt.in, func(t *testing.T) {
			e, err := Parse(tt.in)
			if err != nil || e != tt.want {
				t.Fatalf("Parse = %+v, %v; want %+v", e, err, tt.want)
			}
			canonical := tt.canonical
			if canonical == "" {
				canonical = tt.in
			}
			if e.String() != canonical {
				t.Errorf("String = %q, want %q", e, canonical)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for in, reason := range map[string]string{
		"":                       "no transport",
		"localhost:5555":         "no transport",
		"tcp:/x:1":               "no transport",
		"://x:1":                 "unknown transport",
		"TCP://x:1":              "in lower case",
		"ws://x:1":               "expected tcp, ipc or inproc",
		"tcp://":                 "no port",
		"tcp://localhost":        "no port",
		"tcp://[::1]":            "no port",
		"tcp://:5555":            "no host",
		"tcp://x:":               "bad port",
		"tcp://x:65536":          "bad port",
		"tcp://x:-1":             "bad port",
		"tcp://x:+1":             "bad port",
		"tcp://x:80x":            "bad port",
		"tcp://x:http":           "bad port",
		"tcp://x:5555/path":      "bad port",
		"tcp://::1:5555":         "without brackets",
		"tcp://[::1:5555":        "bad IPv6 address",
		"tcp://[127.0.0.1]:5555": "bad IPv6 address",
		"tcp://[]:5555":          "bad IPv6 address",
		"tcp://[fe80::1%]:1":     "bad IPv6 address",
		"tcp://[fe80::1%a;b]:1":  "source address: bad port",
		"tcp://[fe80::1%a b]:1":  "bad IPv6 address",
		"tcp://256.0.0.1:1":      "bad IPv4 address",
		"tcp://1.2.3:1":          "bad IPv4 address",
		"tcp://1.2.3.04:1":       "bad IPv4 address",
		"tcp://a b:1":            "bad host",
		"tcp://user@host:1":      "bad host",
		"tcp://a\xff:1":          "bad host",
		"tcp://a\x7f:1":          "bad host",
		"tcp://a*:1":             "bad host",
		"tcp://" + strings.Repeat("h", 254) + ":1": "more than 253 bytes",
		"tcp://;x:1":                        "source address: no port",
		"tcp://a:1;b":                       "no port",
		"tcp://a:1;b:2;c:3":                 "more than two addresses",
		"ipc://":                            "no path",
		"ipc://@":                           "no name",
		"ipc://a\x00b":                      "zero byte",
		"ipc://" + strings.Repeat("p", 108): "path of 108 bytes: at most 107",
		"inproc://":                         "no name",
	} {
		e, err := Parse(in)
		wantError(t, err, in, reason)
		if e != (Endpoint{}) {
			t.Errorf("%q gives %+v", in, e)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct{ in, bind, connect string }{
		{"tcp://127.0.0.1:5555", "", ""},
		{"tcp://*:5555", "", "cannot connect to *"},
		{"tcp://127.0.0.1:*", "", "cannot connect to port * or 0"},
		{"tcp://eth0:*;10.0.0.1:5555", "source address in a bind", ""},
		{"tcp://eth0:*;10.0.0.1:*", "source address in a bind", "cannot connect to port"},
		{"ipc:///tmp/x", "", ""},
		{"ipc://@x", "", ""},
		{"ipc://*", "", "cannot connect to *"},
		{"inproc://*", "", ""},
	} {
		e, err := Parse(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, e.CheckBind(), tt.in, tt.bind)
		wantError(t, e.CheckConnect(), tt.in, tt.connect)
	}
}

// wantError checks for no error (reason is ""), or for an *Error about in with
// that reason.
func wantError(t *testing.T, err error, in, reason string) {
	t.Helper()
	if reason == "" {
		if err != nil {
			t.Errorf("%q: %v", in, err)
		}
		return
	}
	var e *Error
	if !errors.As(err, &e) || e.Endpoint != in || !strings.Contains(e.Reason, reason) {
		t.Errorf("%q: error is %v, want one with %q", in, err, reason)
	}
}

func TestErrorMessage(t *testing.T) {
	_, err := Parse("tcp://localhost")
	const want = `endpoint "tcp://localhost": no port: expected host:port, as in tcp://127.0.0.1:5555 or tcp://*:*`
	if err.Error() != want {
		t.Errorf("error is\n%v, want\n%s", err, want)
	}
}

func TestAbstract(t *testing.T) {
	for in, want := range map[string]bool{"ipc://@x": true, "ipc://x@": false, "inproc://@x": false} {
		if e, _ := Parse(in); e.Abstract() != want {
			t.Errorf("%s: Abstract = %v", in, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"tcp://*:*", "tcp://[fe80::1%eth0]:5555", "tcp://10.0.0.2:0;10.0.0.1:5555", "tcp://[::ffff:1.2.3.4]:1",
		"ipc://@x", "ipc://*", "inproc://x", "tcp://::1:1", "ws://x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := Parse(s)
		if err != nil {
			wantError(t, err, s, " ")
			return
		}
		again, err := Parse(e.String())
		if err != nil || again != e || again.String() != e.String() {
			t.Fatalf("%q is %+v, and its form %q is %+v, %v", s, e, e, again, err)
		}
	})
}
