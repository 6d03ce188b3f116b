package transport

import (
	"sync"

	"github.com/actum-go/actum/zmq/internal/endpoint"
)

var table = struct {
	sync.RWMutex
	makers map[string]func(*Config) Transport
}{makers: make(map[string]func(*Config) Transport)}

// Register makes the transport of a scheme available, as a rule when the package
// of the transport is initialized. The grammar of the scheme must be registered
// with package endpoint. Registering a scheme twice panics. Any goroutine may
// call it.
func Register(scheme string, make func(*Config) Transport) {
	table.Lock()
	defer table.Unlock()
	if table.makers[scheme] != nil {
		panic("transport: scheme " + scheme + " is registered twice")
	}
	table.makers[scheme] = make
}

// For returns a transport for ep's scheme, or false if none is registered. c must
// not change afterwards.
func For(ep endpoint.Endpoint, c *Config) (t Transport, ok bool) {
	table.RLock()
	maker := table.makers[ep.Transport]
	table.RUnlock()
	if maker == nil {
		return nil, false
	}
	return maker(c), true
}
