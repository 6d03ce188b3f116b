package endpoint

import (
	"strings"
	"sync"
)

// Grammar is how the endpoints of a scheme are written. The functions return a
// reason, which says what is wrong and what is expected, or "".
type Grammar struct {
	// Parse parses what follows "scheme://". It does not set Endpoint.Transport.
	Parse func(rest string) (Endpoint, string)
	// Format is the inverse of Parse.
	Format func(Endpoint) string
	// CheckBind and CheckConnect say why a socket cannot bind or connect to an
	// endpoint. Nil: it always can.
	CheckBind, CheckConnect func(Endpoint) string
	// Form is an example for the text of an error: "host:port".
	Form string
}

// schemes are the transports that Parse knows. Packages add theirs when they are
// initialized.
var schemes = struct {
	sync.RWMutex
	grammars map[string]Grammar
	names    []string // in the order in which they were registered
}{grammars: make(map[string]Grammar)}

func init() {
	Register(TCP, HostPort)
	Register(IPC, FilePath)
	Register(Inproc, FreeText)
}

// Register makes Parse accept endpoints of a scheme. Registering a scheme twice
// panics. Any goroutine may call it.
func Register(scheme string, g Grammar) {
	schemes.Lock()
	defer schemes.Unlock()
	if _, ok := schemes.grammars[scheme]; ok {
		panic("endpoint: scheme " + scheme + " is registered twice")
	}
	schemes.grammars[scheme] = g
	schemes.names = append(schemes.names, scheme)
}

// grammarOf returns the grammar of a scheme, if it is registered.
func grammarOf(scheme string) (g Grammar, ok bool) {
	schemes.RLock()
	defer schemes.RUnlock()
	g, ok = schemes.grammars[scheme]
	return g, ok
}

// listSchemes lists what can be written before "://", with form as what follows.
func listSchemes(entry func(scheme string, g Grammar) string) string {
	schemes.RLock()
	defer schemes.RUnlock()
	entries := make([]string, len(schemes.names))
	for i, name := range schemes.names {
		entries[i] = entry(name, schemes.grammars[name])
	}
	last := len(entries) - 1
	return strings.Join(entries[:last], ", ") + " or " + entries[last]
}
