package sim

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// The processes and the host names of a network.

// exitWait is a wait for a process.
type exitWait struct {
	pid    int
	exited func(code int)
}

// ExitProcess makes the process with that number exit with a code: the waits for it
// complete (proactor.Dispatcher.WaitProcess), and later ones complete at once.
func (n *Network) ExitProcess(pid, code int) {
	n.mu.Lock()
	if n.exits == nil {
		n.exits = map[int]int{}
	}
	n.exits[pid] = code
	var ended []*exitWait
	n.exitWaits = slices.DeleteFunc(n.exitWaits, func(w *exitWait) bool {
		if w.pid == pid {
			ended = append(ended, w)
		}
		return w.pid == pid
	})
	n.mu.Unlock()
	for _, w := range ended {
		w.exited(code)
	}
}

// AwaitExit implements backend.Processes.
func (b *attachment) AwaitExit(pid int, exited func(code int)) (stop func()) {
	n := b.net
	w := &exitWait{pid, exited}
	n.mu.Lock()
	code, gone := n.exits[pid]
	if !gone {
		n.exitWaits = append(n.exitWaits, w)
	}
	n.mu.Unlock()
	if gone {
		exited(code)
	}
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.exitWaits = slices.DeleteFunc(n.exitWaits, func(o *exitWait) bool { return o == w })
	}
}

// SetHost gives a host name its addresses, which proactor.Dispatcher.Resolve finds;
// without addresses the name is unknown, as all names are at first.
func (n *Network) SetHost(name string, addrs ...netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hosts == nil {
		n.hosts = map[string][]netip.Addr{}
	}
	n.hosts[name] = slices.Clone(addrs)
}

// LookupHost implements backend.Hosts.
func (b *attachment) LookupHost(network, host string) ([]netip.Addr, error) {
	if network != "ip" && network != "ip4" && network != "ip6" {
		return nil, net.UnknownNetworkError(network)
	}
	b.net.mu.Lock()
	list := slices.Clone(b.net.hosts[host])
	b.net.mu.Unlock()
	if literal, err := netip.ParseAddr(host); err == nil {
		list = []netip.Addr{literal}
	}
	list = slices.DeleteFunc(list, func(a netip.Addr) bool {
		return network == "ip4" && !a.Is4() || network == "ip6" && a.Is4()
	})
	if len(list) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, Server: fmt.Sprint(b), IsNotFound: true}
	}
	return list, nil
}
