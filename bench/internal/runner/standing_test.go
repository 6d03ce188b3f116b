package runner

import (
	"bytes"
	"io"
	"testing"

	"github.com/actum-go/actum/bench/internal/result"
)

// peer answers with these bytes.
type peer struct {
	io.Reader
	bytes.Buffer
}

func (p *peer) Read(b []byte) (int, error) { return p.Reader.Read(b) }

func TestGreet(t *testing.T) {
	if len(greeting) != 64 || int(ready[1]) != len(ready)-2 {
		t.Errorf("a greeting of %d bytes, and a command of %d that says %d", len(greeting), len(ready)-2, ready[1])
	}
	for _, tt := range []struct {
		name, command string
		ok            bool
	}{
		{"ready", "\x04\x06\x05READY", true},
		{"a refusal", "\x04\x0a\x05ERROR\x03bad", false},
		{"a message", "\x00\x06\x05READY", false},
		{"too little", "\x04\x09\x05READY", false},
		{"nothing", "", false},
	} {
		p := &peer{Reader: bytes.NewReader(append(bytes.Clone(greeting), tt.command...))}
		if err := greet(p); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
		if want := append(bytes.Clone(greeting), ready...); !bytes.Equal(p.Bytes(), want) {
			t.Errorf("%s: sent %q", tt.name, p.Bytes())
		}
	}
}

func TestGrowth(t *testing.T) {
	got := growth(memory{managed: 1000, process: 5000}, memory{managed: 3000, process: 9000}, 4)
	if want := (result.Idle{Managed: 500, Process: 1000}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
