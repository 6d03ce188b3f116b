package wire

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestGreetingGolden(t *testing.T) {
	frame := golden(t, "greeting")[0]
	g, n, err := ParseGreeting(frame)
	if err != nil || n != GreetingSize || g != (Greeting{Major: 3, Minor: 1, Mechanism: "NULL"}) {
		t.Fatalf("ParseGreeting = %+v, %d, %v", g, n, err)
	}
	wantBytes(t, AppendGreeting(nil, g), frame)
}

func TestGreetingRoundTripAtEverySplit(t *testing.T) {
	for _, want := range []Greeting{
		{Major: 3, Minor: 0, Mechanism: "NULL"},
		{Major: 3, Minor: 1, Mechanism: "CURVE", AsServer: true},
		{Major: 255, Minor: 255, Mechanism: "PLAIN"},
		{Major: 3, Minor: 1, Mechanism: "X-20_BYTES.LONG+NAME"},
	} {
		b := append(AppendGreeting(nil, want), "what follows"...)
		for cut := range len(b) {
			g, n, err := ParseGreeting(b[:cut])
			switch {
			case err != nil:
				t.Fatalf("%+v, %d bytes of it: %v", want, cut, err)
			case cut < GreetingSize && n != 0:
				t.Fatalf("%+v, %d bytes of it: n = %d, want 0", want, cut, n)
			case cut >= GreetingSize && (n != GreetingSize || g != want):
				t.Fatalf("%+v comes back as %+v, n = %d", want, g, n)
			}
		}
	}
}

func TestAppendGreetingCutsMechanism(t *testing.T) {
	b := AppendGreeting(nil, Greeting{Major: 3, Mechanism: strings.Repeat("A", 30)})
	g, n, err := ParseGreeting(b)
	if err != nil || n != GreetingSize || g.Mechanism != strings.Repeat("A", 20) || g.AsServer {
		t.Errorf("got %+v, %d, %v", g, n, err)
	}
}

// Each greeting is refused with its first at bytes, and not with one less.
func TestParseGreetingRefusesAtFirstWrongByte(t *testing.T) {
	good := AppendGreeting(nil, Greeting{Major: 3, Minor: 1, Mechanism: "NULL"})
	with := func(at int, value byte) []byte {
		b := bytes.Clone(good)
		b[at] = value
		return b
	}
	for _, tt := range []struct {
		name string
		in   []byte
		at   int
		kind error
		text string
	}{
		{"http", []byte("GET / HTTP/1.1\r\n"), 1, ErrSignature, "begins with 0x47"},
		{"zeros", make([]byte, 64), 1, ErrSignature, "begins with 0x00"},
		{"ZMTP 1.0, no identity", []byte{1, 0}, 1, ErrVersion, "speaks ZMTP 1.0"},
		{"ZMTP 1.0, long identity", []byte{0xFF, 0, 0, 0, 0, 0, 0, 1, 1, 0}, 10, ErrVersion, "speaks ZMTP 1.0"},
		{"revision 0", with(10, 0), 11, ErrVersion, "speaks ZMTP 1.0"},
		{"ZMTP 2.0", with(10, 1), 11, ErrVersion, "speaks ZMTP 2.0"},
		{"no mechanism", with(12, 0), 13, ErrGreeting, "0x00 at 0 of the mechanism"},
		{"lower case", with(13, 'u'), 14, ErrGreeting, "0x75 at 1 of the mechanism"},
		{"after the mechanism's end", with(31, 'X'), 32, ErrGreeting, "at 19 of the mechanism"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, n, err := ParseGreeting(tt.in[:tt.at-1]); n != 0 || err != nil {
				t.Errorf("with %d bytes: n = %d, %v; want 0, nil", tt.at-1, n, err)
			}
			_, n, err := ParseGreeting(tt.in[:tt.at])
			if n != 0 {
				t.Errorf("n = %d, want 0", n)
			}
			wantError(t, err, tt.kind, tt.text)
		})
	}
}

// The parser ignores the bytes that libzmq ignores.
func TestParseGreetingIgnores(t *testing.T) {
	for at, value := range map[int]byte{9: 0x7d, 10: 2, 32: 2} {
		b := AppendGreeting(nil, Greeting{Major: 3, Minor: 1, Mechanism: "NULL"})
		b[at] = value
		if g, n, err := ParseGreeting(b); n != GreetingSize || err != nil || g.Minor != 1 || g.AsServer {
			t.Errorf("byte %d is %#x: %+v, n = %d, %v", at, value, g, n, err)
		}
	}
}

func TestParseGreetingIgnoresPaddingAndFiller(t *testing.T) {
	b := AppendGreeting(nil, Greeting{Major: 3, Minor: 1, Mechanism: "NULL"})
	for i := range b {
		if 0 < i && i < 9 || i > 32 {
			b[i] = 0xAA
		}
	}
	if _, n, err := ParseGreeting(b); n != GreetingSize || err != nil {
		t.Errorf("n = %d, %v", n, err)
	}
}

func FuzzParseGreeting(f *testing.F) {
	f.Add(golden(f, "greeting")[0])
	f.Add([]byte{1, 0})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add(AppendGreeting(nil, Greeting{Major: 3, Mechanism: "CURVE", AsServer: true}))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, n, err := ParseGreeting(b)
		if err != nil {
			if !errors.Is(err, ErrSignature) && !errors.Is(err, ErrVersion) && !errors.Is(err, ErrGreeting) {
				t.Errorf("error %v is none of this package's", err)
			}
			return
		}
		// An accepted greeting is accepted at every split.
		for cut := range min(len(b), GreetingSize) {
			if _, n, err := ParseGreeting(b[:cut]); n != 0 || err != nil {
				t.Fatalf("n = %d, %v with %d bytes of %x", n, err, cut, b)
			}
		}
		if n == 0 {
			return
		}
		if again, _, err := ParseGreeting(AppendGreeting(nil, g)); again != g || err != nil {
			t.Fatalf("%+v comes back as %+v, %v", g, again, err)
		}
	})
}
