package zmq_test

import (
	"runtime"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq"
)

// A context uses the backend that it asks for, or that the environment names, or
// the best for messages.
func TestBackendOfAContext(t *testing.T) {
	for _, tt := range []struct{ option, variable, linux string }{
		{"", "", "epoll"},
		{"", "goroutine", "goroutine"},
		{"goroutine", "", "goroutine"},
		{"goroutine", "epoll", "goroutine"},
		{"auto", "goroutine", first(t)},
	} {
		t.Setenv(proactor.BackendVariable, tt.variable)
		c, err := zmq.NewContext(zmq.ContextOptions{Backend: tt.option})
		if err != nil {
			if runtime.GOOS != "linux" && tt.variable == "epoll" {
				continue
			}
			t.Fatal(err)
		}
		want := tt.linux
		if runtime.GOOS != "linux" && want == "epoll" {
			want = first(t)
		}
		if got := c.Backend().Name; got != want {
			t.Errorf("Backend %q, variable %q: %q, want %q", tt.option, tt.variable, got, want)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// first is the backend that the proactor chooses by itself.
func first(t *testing.T) string {
	d, err := proactor.New(proactor.Options{Backend: proactor.Named("auto")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	return d.Backend().Name
}
