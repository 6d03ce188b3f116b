package peer

import (
	"math"
	"strings"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/zmq"
)

// options returns the socket's options: those of --opt, and defaults that suit a command
// line, such as an error for a router that has no peer for a message.
func (c *Common) options(t zmq.Type, sending Sending) (zmq.Options, error) {
	o := zmq.Options{RouterMandatory: t == zmq.ROUTER, SendTimeout: c.Timeout, RecvTimeout: c.Timeout, Linger: c.Timeout}
	c.splitEndpoints()
	if err := c.check(sending); err != nil {
		return o, err
	}
	if t.Addresses() && len(sending.Data) == 1 {
		return o, exit.Usagef("--data %s: %w: give --data twice, --data ID --data TEXT", sending.Data[0], errNoReceiver)
	}
	for _, opt := range c.Opt {
		name, value, ok := strings.Cut(opt, "=")
		if !ok {
			return o, exit.Usagef("--opt %s: expected NAME=VALUE", opt)
		}
		if err := o.Set(name, value); err != nil {
			return o, err
		}
	}
	return o, nil
}

// splitEndpoints moves Endpoints to Bind and Connect. As in czmq, an endpoint with an @ in
// front is bound, and one with a > is connected. Without either, an endpoint is bound if it
// has a wildcard, because it is no address to connect to.
func (c *Common) splitEndpoints() {
	for _, endpoint := range c.Endpoints {
		switch name, bind := strings.CutPrefix(endpoint, "@"); {
		case bind:
			c.Bind = append(c.Bind, name)
		case isWildcard(endpoint):
			c.Bind = append(c.Bind, endpoint)
		default:
			c.Connect = append(c.Connect, strings.TrimPrefix(endpoint, ">"))
		}
	}
	c.Endpoints = nil
}

// isWildcard reports whether an endpoint has a * for its host, port or path.
func isWildcard(endpoint string) bool {
	_, address, _ := strings.Cut(endpoint, "://")
	_, local, isSource := strings.Cut(address, ";") // tcp://source;host:port
	if isSource {
		address = local
	}
	return address == "*" || strings.HasPrefix(address, "*:") || strings.HasSuffix(address, ":*")
}

// check returns an error for flags that no command of this kind can have.
func (c *Common) check(sending Sending) error {
	if len(c.Bind)+len(c.Connect) == 0 {
		return exit.Usagef("an endpoint is needed, to bind or to connect to: --bind EP, --connect EP, or EP alone")
	}
	for _, endpoint := range append(c.Bind, c.Connect...) {
		if strings.HasPrefix(strings.ToLower(endpoint), "inproc:") {
			return exit.Usagef("%s: inproc connects sockets of one process, and a command has only one socket: use tcp or ipc", endpoint)
		}
	}
	if c.Backend == "sim" {
		return exit.Usagef("--backend sim is a network in memory, which no other program can reach: use another backend")
	}
	switch rate := sending.Rate; {
	case c.Timeout < 0:
		return exit.Usagef("--timeout is %v: it must not be negative", c.Timeout)
	case math.IsNaN(rate), math.IsInf(rate, 0), rate < 0:
		return exit.Usagef("--rate is %v: expected messages a second, 0 for as many as possible", rate)
	}
	return nil
}
