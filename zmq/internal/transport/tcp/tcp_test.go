package tcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/socket"
)

// config has the defaults and a resolver, which may be nil.
func config(r *net.Resolver) *transport.Config {
	return &transport.Config{Resolved: option.Resolve(new(option.Values)), Resolver: r}
}

func parse(t *testing.T, s string) endpoint.Endpoint {
	t.Helper()
	ep, err := endpoint.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return ep
}

// Addresses need no look-up; names do, also as the source.
func TestLiteral(t *testing.T) {
	for _, tt := range []struct {
		endpoint string
		want     socket.Target
		literal  bool
	}{
		{"tcp://192.0.2.1:80", socket.Target{Network: "tcp", Address: "192.0.2.1:80"}, true},
		{"tcp://[2001:db8::1]:80", socket.Target{Network: "tcp", Address: "[2001:db8::1]:80"}, true},
		{"tcp://[fe80::1%eth0]:80", socket.Target{Network: "tcp", Address: "[fe80::1%eth0]:80"}, true},
		{"tcp://127.0.0.1:7;192.0.2.1:80", socket.Target{Network: "tcp", Address: "192.0.2.1:80", Source: "127.0.0.1:7"}, true},
		{"tcp://*:*;192.0.2.1:80", socket.Target{Network: "tcp", Address: "192.0.2.1:80", Source: "0.0.0.0:0"}, true},
		{"tcp://example.org:80", socket.Target{}, false},
		{"tcp://example.org:7;192.0.2.1:80", socket.Target{}, false},
	} {
		got, ok := literalTarget(parse(t, tt.endpoint))
		if ok != tt.literal || got != tt.want {
			t.Errorf("%s: got %+v, %v", tt.endpoint, got, ok)
		}
	}
}

// The transport is found by its scheme.
func TestRegistered(t *testing.T) {
	c := config(nil)
	if got, ok := transport.For(parse(t, "tcp://127.0.0.1:80"), c); !ok || got != New(c) {
		t.Errorf("%v, %v", got, ok)
	}
}

// noName is a name that fails without a DNS query, because a label has at most 63
// bytes.
var noName = strings.Repeat("x", 64)

// IPv4 addresses come first.
func TestResolve(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	targets, err := New(config(nil)).resolve(ctx, parse(t, "tcp://127.0.0.1:7;localhost:80"))
	if err != nil {
		t.Fatal(err)
	}
	if len(targets) == 0 || targets[0] != (socket.Target{Network: "tcp", Address: "127.0.0.1:80", Source: "127.0.0.1:7"}) {
		t.Errorf("got %+v", targets)
	}
	for _, bad := range []string{"tcp://" + noName + ":80", "tcp://" + noName + ":7;localhost:80"} {
		if _, err := New(config(nil)).resolve(ctx, parse(t, bad)); err == nil || !strings.Contains(err.Error(), noName) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// The endpoint of a Listener can be connected to, because its port is filled in.
func TestListen(t *testing.T) {
	ctx := t.Context()
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, tt := range []struct{ endpoint, prefix string }{
		{"tcp://127.0.0.1:*", "tcp://127.0.0.1:"},
		{"tcp://*:*", "tcp://0.0.0.0:"},
		{"tcp://localhost:*", "tcp://127.0.0.1:"},
	} {
		l, err := New(config(nil)).Listen(ctx, d, parse(t, tt.endpoint))
		if err != nil {
			t.Errorf("%s: %v", tt.endpoint, err)
			continue
		}
		if ep := parse(t, l.Endpoint()); !strings.HasPrefix(l.Endpoint(), tt.prefix) || ep.Address.Port == 0 {
			t.Errorf("%s became %s", tt.endpoint, l.Endpoint())
		}
		if second, err := New(config(nil)).Listen(ctx, d, parse(t, l.Endpoint())); second != nil || err == nil {
			t.Errorf("bound %s twice: %v, %v", l.Endpoint(), second, err)
		}
		l.Abandon()
	}
	if _, err := New(config(nil)).Listen(ctx, d, parse(t, "tcp://"+noName+":*")); err == nil {
		t.Error("bound to a name that there is not")
	}
}

// A Dial connects to an address, and to the addresses of a name, unless it is cancelled.
func TestDial(t *testing.T) {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l, err := New(config(nil)).Listen(t.Context(), d, parse(t, "tcp://127.0.0.1:*"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Abandon()
	port := parse(t, l.Endpoint()).Address.Port
	for _, host := range []string{"127.0.0.1", "localhost"} {
		for _, cancelled := range []bool{false, true} {
			calls := 0
			attempt := New(config(nil)).Dial(d, parse(t, fmt.Sprintf("tcp://%s:%d", host, port)), func(s stream.Stream, err error) {
				calls++
				if (err != nil) != cancelled {
					t.Errorf("%s, cancelled: %v, %v", host, cancelled, err)
				}
				if err == nil {
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				}
			})
			if cancelled {
				attempt.Cancel()
			}
			for calls == 0 {
				if _, err := d.RunOne(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// The name of an interface stands for its address, IPv4 if it has one. This host's
// loopback interface is the one with that address.
func TestListenOnAnInterface(t *testing.T) {
	name := loopback(t)
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l, err := New(config(nil)).Listen(t.Context(), d, parse(t, "tcp://"+name+":*"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Abandon()
	if !strings.HasPrefix(l.Endpoint(), "tcp://127.0.0.1:") {
		t.Errorf("%s is at %s", name, l.Endpoint())
	}
	targets, err := New(config(nil)).resolve(t.Context(), parse(t, "tcp://"+name+":7;127.0.0.1:80"))
	if want := (socket.Target{Network: "tcp", Address: "127.0.0.1:80", Source: "127.0.0.1:7"}); err != nil || len(targets) != 1 || targets[0] != want {
		t.Errorf("from %s: %+v, %v", name, targets, err)
	}
}

// IPv4 addresses come first, each version's in the order that the resolver or the
// system gives. An IPv4 address in IPv6 form is an IPv4 address.
func TestIPv4First(t *testing.T) {
	var ips []netip.Addr
	var addrs []net.Addr
	for _, text := range []string{"2001:db8::2", "192.0.2.2", "2001:db8::1", "::ffff:192.0.2.1"} {
		ip := netip.MustParseAddr(text)
		ips = append(ips, ip)
		addrs = append(addrs, &net.IPNet{IP: ip.AsSlice(), Mask: net.CIDRMask(24, ip.BitLen())})
	}
	sortIPv4First(ips)
	if got, want := fmt.Sprint(ips), "[192.0.2.2 192.0.2.1 2001:db8::2 2001:db8::1]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, tt := range []struct {
		addrs []net.Addr
		want  string
	}{
		{addrs, "192.0.2.2"},
		{addrs[:1], "2001:db8::2"},
		{[]net.Addr{&net.UnixAddr{Name: "no prefix"}, addrs[2]}, "2001:db8::1"},
		{nil, "invalid IP"},
	} {
		if got, ok := firstAddress(tt.addrs); got.String() != tt.want || ok != got.IsValid() {
			t.Errorf("of %v: %v, %v, want %s", tt.addrs, got, ok, tt.want)
		}
	}
	if ip, ok := interfaceAddress("none there"); ok || ip.IsValid() {
		t.Errorf("an interface that is not there has %v", ip)
	}
}

// loopback is the name of the interface that has 127.0.0.1.
func loopback(t *testing.T) string {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Skip("there is no list of interfaces: ", err)
	}
	for _, i := range all {
		addrs, err := i.Addrs()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range addrs {
			if strings.HasPrefix(a.String(), "127.0.0.1/") && !strings.Contains(i.Name, " ") {
				return i.Name
			}
		}
	}
	t.Fatal("no interface has 127.0.0.1")
	return ""
}

// The transport's own resolver is asked, and the program's if it has none.
func TestResolver(t *testing.T) {
	asked := errors.New("asked")
	r := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, asked }}
	before := net.DefaultResolver
	defer func() { net.DefaultResolver = before }()
	net.DefaultResolver = r
	_, err := New(config(nil)).resolve(t.Context(), parse(t, "tcp://name.invalid:80"))
	if err == nil || !strings.Contains(err.Error(), asked.Error()) {
		t.Errorf("the program's resolver is not asked: %v", err)
	}
	net.DefaultResolver = before
	tcp := New(config(r))
	_, err = tcp.resolve(t.Context(), parse(t, "tcp://name.invalid:80"))
	if err == nil || !strings.Contains(err.Error(), asked.Error()) {
		t.Errorf("the resolver is not asked: %v", err)
	}
	_, err = tcp.resolve(t.Context(), parse(t, "tcp://name.invalid:7;127.0.0.1:80"))
	if err == nil || !strings.Contains(err.Error(), "source address") || !strings.Contains(err.Error(), asked.Error()) {
		t.Errorf("a source: %v", err)
	}
}
