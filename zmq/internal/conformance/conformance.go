// Package conformance is tests of RFCs 28 to 31, sentence by sentence, that hold
// for sockets of package zmq over every transport and in contexts of every kind. The
// comment above each test quotes the rule that it checks. Its fixture also serves
// the other tests of package zmq.
package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// requirement is a rule of a pattern's RFC.
type requirement struct {
	name string
	test func(*Fixture)
}

// Run tests every rule over a transport, in contexts of one kind.
func Run(t *testing.T, transport string, o zmq.ContextOptions) {
	for group, requirements := range map[string][]requirement{
		"28 request-reply": requestReply, "29 publish-subscribe": publishSubscribe,
		"30 pipeline": pipeline, "31 exclusive pair": exclusivePair, "batches": batches, "closing": closing,
	} {
		t.Run(group, func(t *testing.T) {
			for _, r := range requirements {
				t.Run(r.name, func(t *testing.T) { r.test(NewFixture(t, transport, o)) })
			}
		})
	}
}

// NewContext makes a context that is closed when the test ends.
func NewContext(t *testing.T) *zmq.Context {
	t.Helper()
	c, err := zmq.NewContext(zmq.ContextOptions{})
	Must(t, err)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// NewSocket makes a socket that lingers for five seconds unless o says otherwise,
// and is closed when the test ends.
func NewSocket(t *testing.T, c *zmq.Context, typ zmq.Type, o zmq.Options) *zmq.Socket {
	t.Helper()
	if o.Linger == 0 {
		o.Linger = 5 * time.Second
	}
	s, err := c.NewSocket(typ, o)
	Must(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Must ends the test if err is not nil.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Deadline is a context that ends after twenty seconds.
func Deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// Async runs f on a goroutine and sends its result.
func Async(f func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	return result
}
