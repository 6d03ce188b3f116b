package backend

import "testing"

func TestParseTCP(t *testing.T) {
	for _, test := range []struct{ network, address, want string }{
		{"tcp", "127.0.0.1:5555", "127.0.0.1:5555"},
		{"tcp", "[::1]:5555", "[::1]:5555"},
		{"tcp", "[fe80::1%2]:5555", "[fe80::1%2]:5555"},
		{"tcp", ":80", "[::]:80"},
		{"tcp4", ":80", "0.0.0.0:80"},
		{"tcp6", ":80", "[::]:80"},
		{"tcp4", "[::ffff:1.2.3.4]:1", "[::ffff:1.2.3.4]:1"},
		{"tcp4", "[::1]:1", ""},
		{"tcp6", "1.2.3.4:1", ""},
		{"tcp", "localhost:1", ""},
		{"tcp", "1.2.3.4:http", ""},
		{"tcp", "1.2.3.4:65536", ""},
		{"tcp", "1.2.3.4", ""},
		{"tcp", "", ""},
		{"udp", "1.2.3.4:1", ""},
	} {
		got, err := ParseTCP(test.network, test.address)
		if test.want == "" {
			if err == nil || CheckAddress(test.network, test.address) == nil {
				t.Errorf("%s %q: no error, but %v", test.network, test.address, got)
			}
			continue
		}
		if err != nil || got.String() != test.want {
			t.Errorf("%s %q: %v, %v; want %s", test.network, test.address, got, err, test.want)
		}
	}
}

func TestCheckAddressUnix(t *testing.T) {
	for address, good := range map[string]bool{
		"": false, "/tmp/s": true, "@name": true, "/tmp/s\x00": false, "/tmp/s\x00t": false, "\x00name": false, "@na\x00me": true,
	} {
		if err := CheckAddress("unix", address); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestParseDial: a connect to the wildcard address goes to this host.
func TestParseDial(t *testing.T) {
	for _, test := range []struct{ network, address, want string }{
		{"tcp", ":80", "127.0.0.1:80"},
		{"tcp4", ":80", "127.0.0.1:80"},
		{"tcp6", ":80", "[::1]:80"},
		{"tcp", "0.0.0.0:80", "127.0.0.1:80"},
		{"tcp", "[::]:80", "[::1]:80"},
		{"udp", ":80", "127.0.0.1:80"},
		{"udp", "[::]:80", "[::1]:80"},
		{"tcp", "1.2.3.4:80", "1.2.3.4:80"},
		{"tcp", "[fe80::1%2]:80", "[fe80::1%2]:80"},
		{"tcp4", "[::]:80", ""},
		{"tcp", "name:80", ""},
	} {
		got, err := ParseDial(test.network, test.address)
		if (err != nil) != (test.want == "") || err == nil && got.String() != test.want {
			t.Errorf("%s %q: %v, %v; want %s", test.network, test.address, got, err, test.want)
		}
	}
}
