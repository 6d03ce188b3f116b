package backend

import "net/netip"

// What a backend may simulate besides I/O.

// Processes is a Backend with processes of its own.
type Processes interface {
	// AwaitExit calls exited with the exit code of a process once it has exited, unless
	// stop is called before. exited is called at once if it has exited already.
	AwaitExit(pid int, exited func(code int)) (stop func())
}

// Hosts is a Backend with host names of its own.
type Hosts interface {
	// LookupHost returns the addresses of a name. network is "ip", "ip4" or "ip6". It
	// does not block.
	LookupHost(network, host string) ([]netip.Addr, error)
}
