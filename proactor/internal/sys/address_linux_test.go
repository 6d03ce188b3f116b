package sys

import (
	"net"
	"strings"
	"testing"
)

func TestAddressRoundTrip(t *testing.T) {
	first := "1" // an emulated kernel may have no names
	if i, err := net.InterfaceByIndex(1); err == nil {
		first = i.Name
	}
	for _, test := range []struct{ network, address, want string }{
		{"tcp", "127.0.0.1:5555", "127.0.0.1:5555"},
		{"tcp", "[2001:db8::1]:80", "[2001:db8::1]:80"},
		{"tcp", "[::ffff:1.2.3.4]:1", "1.2.3.4:1"},
		{"tcp", "[fe80::1%1]:9", "[fe80::1%" + first + "]:9"},
		{"tcp", "[fe80::1%" + first + "]:9", "[fe80::1%" + first + "]:9"},
		{"tcp", "[fe80::1%99999]:9", "[fe80::1%99999]:9"},
		{"tcp", "[fe80::1%4294967295]:9", "[fe80::1%4294967295]:9"},
		{"tcp4", ":7", "0.0.0.0:7"},
		{"unix", "/tmp/socket", "/tmp/socket"},
		{"unix", "@abstract", "@abstract"},
		{"unix", strings.Repeat("p", 107), strings.Repeat("p", 107)},
	} {
		var a Address
		_, err := EncodeAddress(&a, test.network, test.address)
		if err != nil {
			t.Errorf("%s %q: %v", test.network, test.address, err)
			continue
		}
		if got := DecodeAddress(&a).String(); got != test.want {
			t.Errorf("%s %q came back as %q", test.network, test.address, got)
		}
	}
}

// An IPv4-mapped address is an IPv4 address: its socket is one of IPv4, which works
// without IPv6, and which can be bound to an IPv4 address.
func TestAddressMapped(t *testing.T) {
	var mapped, plain Address
	const text = "[::ffff:1.2.3.4]:5"
	for _, encode := range []func(*Address, string, string) (int, error){EncodeAddress, encodePeer} {
		family, err := encode(&mapped, "tcp", text)
		if _, err := EncodeAddress(&plain, "tcp", "1.2.3.4:5"); err != nil {
			t.Fatal(err)
		}
		if err != nil || family != familyInet || mapped != plain {
			t.Errorf("%s: family %d, %v, %v", text, family, mapped, err)
		}
	}
}

// A connect to the wildcard connects to this host.
func TestPeerIsNoWildcard(t *testing.T) {
	for address, want := range map[string]string{":7": "127.0.0.1:7", "0.0.0.0:7": "127.0.0.1:7", "[::]:7": "[::1]:7"} {
		var a Address
		if _, err := encodePeer(&a, "tcp", address); err != nil || DecodeAddress(&a).String() != want {
			t.Errorf("%s: %v, %v; want %s", address, DecodeAddress(&a), err, want)
		}
	}
}

// A socket for a multicast group is bound to the wildcard of its version of IP.
func TestMulticastAddress(t *testing.T) {
	for _, test := range []struct {
		network, address, at string
	}{
		{"udp4", "224.0.0.251:5353", "0.0.0.0:5353"},
		{"udp", "224.0.0.251:5353", "0.0.0.0:5353"},
		{"udp", "[::ffff:224.0.0.251]:5353", "0.0.0.0:5353"},
		{"udp6", "[ff02::fb]:5353", "[::]:5353"},
		{"udp", "127.0.0.1:5353", ""},
		{"udp", ":5353", ""},
		{"unixgram", "/224.0.0.251:5353", ""},
	} {
		if at, ok := multicast(test.network, test.address); at != test.at || ok != (test.at != "") {
			t.Errorf("%s %s: %q, %v; want %q", test.network, test.address, at, ok, test.at)
		}
	}
}

func TestAddressErrors(t *testing.T) {
	for _, test := range []struct{ network, address string }{
		{"tcp", "name:1"}, {"tcp", "[fe80::1%nosuchinterface]:9"}, {"unix", ""},
		{"unix", strings.Repeat("p", 108)}, {"pigeon", "loft"},
	} {
		if _, err := EncodeAddress(new(Address), test.network, test.address); err == nil {
			t.Errorf("%s %q: no error", test.network, test.address)
		}
	}
}

// FuzzDecodeAddress checks that DecodeAddress reads nothing beyond the kernel's bytes,
// whatever they are.
func FuzzDecodeAddress(f *testing.F) {
	f.Add([]byte{2, 0, 0, 80, 127, 0, 0, 1}, uint32(16))
	f.Add([]byte{1, 0, 0, 'x'}, uint32(4))
	f.Add([]byte{10, 0}, uint32(2))
	f.Fuzz(func(t *testing.T, b []byte, size uint32) {
		a := Address{Len: size}
		copy(a.Bytes[:], b)
		if addr := DecodeAddress(&a); addr != nil {
			_ = addr.String()
		}
	})
}
