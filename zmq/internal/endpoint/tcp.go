package endpoint

import (
	"net/netip"
	"strconv"
	"strings"
)

// A tcp endpoint (zmq_tcp):
//
//	tcp://host:port              host: an IPv4 address, an IPv6 address in brackets, maybe with a %zone, a name, an interface or *
//	tcp://host:port;host:port    connect from the first to the second
//
// port is 0 to 65535, or *, which is 0: the system picks one.

const (
	sourceSeparator = ";"

	// maxHost is the longest name that DNS allows, in bytes.
	maxHost = 253
)

// Address is one end of a TCP connection, before it is resolved.
type Address struct {
	Host string // IPv4, IPv6 without its brackets, host name, interface name, or Wildcard
	Port uint16 // 0: the system picks one
}

// HostPort is the grammar of tcp endpoints, and of those of its layers.
var HostPort = Grammar{
	Form:  "host:port",
	Parse: parseTCP,
	Format: func(e Endpoint) string {
		if e.Source != (Address{}) {
			return e.Source.String() + sourceSeparator + e.Address.String()
		}
		return e.Address.String()
	},
	CheckBind: func(e Endpoint) string {
		if e.Source != (Address{}) {
			return "source address in a bind: expected tcp://host:port"
		}
		return ""
	},
	CheckConnect: func(e Endpoint) string {
		switch {
		case e.Address.Host == Wildcard:
			return "cannot connect to *: expected the address or name of a host, as in tcp://127.0.0.1:5555"
		case e.Address.Port == 0:
			return "cannot connect to port * or 0: expected the port that the peer is bound to"
		}
		return ""
	},
}

func parseTCP(s string) (e Endpoint, reason string) {
	source, address, found := strings.Cut(s, sourceSeparator)
	if !found {
		address = s
	} else if e.Source, reason = parseAddress(source); reason != "" {
		return Endpoint{}, "source address: " + reason
	}
	if strings.Contains(address, sourceSeparator) {
		return Endpoint{}, "more than two addresses: expected tcp://host:port or tcp://source:port;host:port"
	}
	if e.Address, reason = parseAddress(address); reason != "" {
		return Endpoint{}, reason
	}
	return e, ""
}

func parseAddress(s string) (a Address, reason string) {
	// The last colon: earlier ones belong to an IPv6 address.
	colon := strings.LastIndexByte(s, ':')
	if colon < 0 || strings.HasSuffix(s, "]") {
		return Address{}, "no port: expected host:port, as in tcp://127.0.0.1:5555 or tcp://*:*"
	}
	if a.Port, reason = parsePort(s[colon+1:]); reason != "" {
		return Address{}, reason
	}
	if a.Host, reason = parseHost(s[:colon]); reason != "" {
		return Address{}, reason
	}
	return a, ""
}

// parsePort accepts digits only; libzmq takes "80x" for 80.
func parsePort(s string) (port uint16, reason string) {
	if s == Wildcard {
		return 0, ""
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0, "bad port: expected a number from 0 to 65535, or *"
	}
	return uint16(n), ""
}

func parseHost(s string) (host, reason string) {
	switch {
	case s == "":
		return "", "no host: expected an address, a name, or * for all interfaces"
	case s == Wildcard:
		return Wildcard, ""
	case strings.HasPrefix(s, "["):
		return parseIPv6(s)
	case strings.Contains(s, ":"):
		return "", "IPv6 address without brackets: expected [address]:port, as in tcp://[::1]:5555"
	case len(s) > maxHost:
		return "", "host name of more than 253 bytes"
	case strings.ContainsFunc(s, notInHost):
		return "", "bad host: expected an IPv4 address, an IPv6 address in brackets, a host or interface name, or *"
	case looksLikeIPv4(s):
		return parseIPv4(s)
	default:
		return s, ""
	}
}

// parseIPv6 returns the address without its brackets, in canonical form.
func parseIPv6(s string) (host, reason string) {
	a, err := netip.ParseAddr(strings.TrimSuffix(s[1:], "]"))
	if err != nil || !a.Is6() || !strings.HasSuffix(s, "]") || strings.ContainsFunc(a.Zone(), notInHost) {
		return "", "bad IPv6 address: expected [address]:port, as in tcp://[::1]:5555"
	}
	return a.String(), ""
}

func parseIPv4(s string) (host, reason string) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return "", "bad IPv4 address: expected four numbers from 0 to 255, as in tcp://127.0.0.1:5555"
	}
	return a.String(), ""
}

// looksLikeIPv4 reports whether s cannot be a name, because top-level domains and
// interfaces have letters.
func looksLikeIPv4(s string) bool {
	return strings.Trim(s, "0123456789.") == ""
}

// notInHost reports whether r occurs in no address, host name or interface name,
// and would make an endpoint ambiguous. U+FFFD stands for bytes that are not
// UTF-8.
func notInHost(r rune) bool {
	return r <= ' ' || r == 0x7F || strings.ContainsRune("*;:/[]%@?#\"\\\uFFFD", r)
}

// String returns host:port, with an IPv6 address in brackets and * for port 0.
func (a Address) String() string {
	host, port := a.Host, Wildcard
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if a.Port != 0 {
		port = strconv.Itoa(int(a.Port))
	}
	return host + ":" + port
}
