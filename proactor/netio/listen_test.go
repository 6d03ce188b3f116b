package netio_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/netio"
)

// silent returns a resolver whose name server receives requests and does not
// answer. asked reports the first request.
func silent(t *testing.T) (r *net.Resolver, asked chan struct{}) {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("package net has no udp here: %v", err)
	}
	t.Cleanup(func() { server.Close() })
	asked = make(chan struct{}, 100)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		asked <- struct{}{}
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}, asked
}

// TestSilentNameServer: a context ends the resolution in every call that makes one.
func TestSilentNameServer(t *testing.T) {
	d := open(t, proactor.Options{})
	resolver, asked := silent(t)
	dialer := netio.Dialer{Dispatcher: d, Resolver: resolver}
	config := netio.ListenConfig{Dispatcher: d, Resolver: resolver}
	const name = "nobody.example.:80"
	for what, call := range map[string]func(context.Context) error{
		"DialContext":  func(ctx context.Context) error { _, err := dialer.DialContext(ctx, "tcp", name); return err },
		"Listen":       func(ctx context.Context) error { _, err := config.Listen(ctx, "tcp", name); return err },
		"ListenPacket": func(ctx context.Context) error { _, err := config.ListenPacket(ctx, "udp", name); return err },
	} {
		ctx, cancel := context.WithCancel(context.Background())
		result := blocked(func() error { return call(ctx) })
		<-asked
		cancel()
		var op *net.OpError
		if err := <-result; err == nil || !errors.As(err, &op) || !strings.Contains(err.Error(), "cancel") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestListenAddresses tests the addresses of listeners.
func TestListenAddresses(t *testing.T) {
	d := open(t, proactor.Options{})
	config := netio.ListenConfig{Dispatcher: d}
	for _, tt := range []struct {
		network, address, host string
	}{
		{"tcp", "127.0.0.1:0", "127.0.0.1"},
		{"tcp", "localhost:0", "127.0.0.1"},
		{"tcp4", "localhost:0", "127.0.0.1"},
		{"tcp", "", "::"}, {"tcp", ":0", "::"}, {"tcp4", ":0", "0.0.0.0"},
		{"tcp", "0.0.0.0:0", "0.0.0.0"},
	} {
		ln, err := config.Listen(context.Background(), tt.network, tt.address)
		if err != nil && tt.host == "::" {
			continue // a container may have no IPv6
		} else if err != nil {
			t.Errorf("%s %q: %v", tt.network, tt.address, err)
			continue
		}
		if host := ln.Addr().(*net.TCPAddr).IP.String(); host != tt.host {
			t.Errorf("%s %q: listening at %s, want %s", tt.network, tt.address, host, tt.host)
		}
		ln.Close()
	}
	for _, tt := range [][2]string{{"tcp", "localhost"}, {"tcp", "localhost:nothing"}, {"udp", "127.0.0.1:0"}, {"tcp9", ":0"}, {"unixgram", "x"}} {
		var op *net.OpError
		if ln, err := config.Listen(context.Background(), tt[0], tt[1]); !errors.As(err, &op) {
			ln.Close()
			t.Errorf("Listen(%q, %q): %v", tt[0], tt[1], err)
		}
	}
	var op *net.OpError
	if c, err := config.ListenPacket(context.Background(), "tcp", "127.0.0.1:0"); !errors.As(err, &op) {
		c.Close()
		t.Errorf("ListenPacket of tcp: %v", err)
	}
}
