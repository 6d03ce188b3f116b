// Package endpoint parses the strings that name where a socket binds or connects:
// "tcp://127.0.0.1:5555", "ipc:///tmp/feed", "inproc://jobs". It looks nothing
// up: names are resolved when a connection is made.
//
// The grammar is libzmq's (zmq_tcp, zmq_ipc, zmq_inproc), except that this
// package refuses input for which libzmq guesses a meaning: ports with letters
// after the digits, and IPv6 addresses without brackets.
package endpoint

import "strings"

// The transports.
const (
	TCP    = "tcp"
	IPC    = "ipc"
	Inproc = "inproc"
)

// Wildcard stands for all interfaces, for a port that the system picks, and for
// an ipc path that is made up. A socket can bind it, but not connect to it.
const Wildcard = "*"

const separator = "://"

// Endpoint is one parsed endpoint. It is comparable: two strings with the same
// meaning give the same Endpoint, as far as that can be decided without
// resolving.
type Endpoint struct {
	Transport string  // TCP, IPC or Inproc
	Address   Address // tcp: the address to listen on, or to connect to
	Source    Address // tcp: the address to connect from; the zero value leaves it to the system
	Path      string  // ipc: a file, "@name" in Linux's abstract namespace, or Wildcard
	Name      string  // inproc: any text
}

// Parse parses s. The error is an *Error. An Endpoint may be usable only for
// binding, or only for connecting: see CheckBind and CheckConnect.
func Parse(s string) (Endpoint, error) {
	transport, rest, found := strings.Cut(s, separator)
	if !found {
		return Endpoint{}, &Error{s, "no transport: expected tcp://host:port, ipc://path or inproc://name"}
	}
	var e Endpoint
	var reason string
	switch transport {
	case TCP:
		e, reason = parseTCP(rest)
	case IPC:
		e, reason = parseIPC(rest)
	case Inproc:
		e, reason = parseInproc(rest)
	default:
		reason = "unknown transport: expected tcp, ipc or inproc, in lower case"
	}
	if reason != "" {
		return Endpoint{}, &Error{s, reason}
	}
	return e, nil
}

func parseInproc(name string) (Endpoint, string) {
	if name == "" {
		return Endpoint{}, "no name: expected inproc://name"
	}
	return Endpoint{Transport: Inproc, Name: name}, ""
}

// String returns the endpoint in its canonical form, which Parse accepts.
func (e Endpoint) String() string {
	switch e.Transport {
	case TCP:
		s := e.Address.String()
		if e.Source != (Address{}) {
			s = e.Source.String() + sourceSeparator + s
		}
		return TCP + separator + s
	case IPC:
		return IPC + separator + e.Path
	default:
		return e.Transport + separator + e.Name
	}
}
