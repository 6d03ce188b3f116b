// Package endpoint parses the strings that name where a socket binds or connects:
// "tcp://127.0.0.1:5555", "ipc:///tmp/feed", "inproc://jobs". It looks nothing
// up: names are resolved when a connection is made.
//
// The grammar is libzmq's (zmq_tcp, zmq_ipc, zmq_inproc), except that this
// package refuses input for which libzmq guesses a meaning: ports with letters
// after the digits, and IPv6 addresses without brackets.
package endpoint

import "strings"

// The schemes of the transports that are always there; Register adds others.
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
	Transport string  // the scheme: TCP, IPC, Inproc or a registered one
	Address   Address // HostPort: the address to listen on, or to connect to
	Source    Address // HostPort: the address to connect from; the zero value leaves it to the system
	Path      string  // FilePath: a file, "@name" in Linux's abstract namespace, or Wildcard
	Name      string  // FreeText: any text
}

// Parse parses s. The error is an *Error. An Endpoint may be usable only for
// binding, or only for connecting: see CheckBind and CheckConnect.
func Parse(s string) (Endpoint, error) {
	scheme, rest, found := strings.Cut(s, separator)
	if !found {
		return Endpoint{}, &Error{s, "no transport: expected " +
			listSchemes(func(scheme string, g Grammar) string { return scheme + separator + g.Form })}
	}
	g, ok := grammarOf(scheme)
	if !ok {
		return Endpoint{}, &Error{s, "unknown transport: expected " +
			listSchemes(func(scheme string, _ Grammar) string { return scheme }) + ", in lower case"}
	}
	e, reason := g.Parse(rest)
	if reason != "" {
		return Endpoint{}, &Error{s, reason}
	}
	e.Transport = scheme
	return e, nil
}

// String returns the endpoint in its canonical form, which Parse accepts.
func (e Endpoint) String() string {
	rest := e.Name
	if g, ok := grammarOf(e.Transport); ok {
		rest = g.Format(e)
	}
	return e.Transport + separator + rest
}
