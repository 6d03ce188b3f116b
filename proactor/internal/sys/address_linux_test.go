package sys

import (
	"net"
	"strings"
	"testing"
)

func TestAddressRoundTrip(t *testing.T) {
	first := "1" // an emulated kernel may name none
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

// FuzzDecodeAddress: whatever the kernel writes, nothing is read beyond it.
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
