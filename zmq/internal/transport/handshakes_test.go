package transport_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
)

// If the transport below makes no stream, or does not bind, that is the result.
func TestTheTransportBelowFails(t *testing.T) {
	f, got := newFixture(t), &results{}
	f.layer.Dial(f.d, f.ep, got.done)
	f.until("done", func() bool { return len(got.errs) > 0 })
	f.idle()
	if e := (*transport.Error)(nil); len(got.errs) != 1 || got.streams[0] != nil || got.errs[0] == nil || errors.As(got.errs[0], &e) {
		t.Errorf("%d calls: %v, %v", len(got.errs), got.streams[0], got.errs[0])
	}
	l := f.listen(&acceptor{})
	if second, err := f.layer.Listen(context.Background(), f.d, f.ep); second != nil || err == nil {
		t.Errorf("bound twice: %v, %v", second, err)
	}
	f.stop(l)
	f.nothingOpen()
}

// Without a limit a handshake takes as long as it takes.
func TestNoHandshakeLimit(t *testing.T) {
	f := newFixture(t)
	f.layer.Timeout = 0
	a := &acceptor{}
	l := f.listen(a)
	h := f.peer(true)
	later := &proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
		if _, err := (*h).TryWrite([]byte("x")); err != nil {
			t.Error(err)
		}
	})}
	f.d.StartTimer(later, time.Hour)
	f.until("a result", func() bool { return len(a.streams)+len(a.errs) > 0 })
	if len(a.errs) > 0 || f.net.Now() < time.Hour {
		t.Errorf("%v after %v", a.errs, f.net.Now())
	}
	for _, s := range a.streams {
		_ = s.Close()
	}
	_ = (*h).Close()
	f.stop(l)
	f.nothingOpen()
}

// Handshakes end in any order, and a stop ends those that are left.
func TestHandshakesInAnyOrder(t *testing.T) {
	f := newFixture(t)
	a := &acceptor{}
	l := f.listen(a)
	var peers []**proactor.Handle
	for range 6 {
		h := f.peer(true)
		f.until("connected", func() bool { return *h != nil })
		peers = append(peers, h)
	}
	f.idle()
	for n, i := range []int{5, 0, 2} {
		if _, err := (*peers[i]).TryWrite([]byte("x")); err != nil {
			t.Fatal(err)
		}
		f.until("a stream", func() bool { return len(a.streams) == n+1 })
		if got, want := stream.PeerAddress(a.streams[n]), (*peers[i]).LocalAddr().String(); got != want {
			t.Errorf("the stream is that of %s, not of %s", got, want)
		}
	}
	before := f.net.Now()
	f.stop(l)
	if took := f.net.Now() - before; took > time.Second {
		t.Errorf("the stop took %v", took)
	}
	if len(a.streams) != 3 || len(a.errs) != 0 {
		t.Errorf("%d streams and the errors %v", len(a.streams), a.errs)
	}
	for _, s := range a.streams {
		_ = s.Close()
	}
	for _, h := range peers {
		_ = (*h).Close()
	}
	f.nothingOpen()
}

// counting is a transport that counts how often each of its streams is closed.
type counting struct {
	transport.Transport
	made []*counted
}

type counted struct {
	stream.Stream
	closes int
}

func (c *counted) Close() error { c.closes++; return c.Stream.Close() }

func (c *counting) Dial(d *proactor.Dispatcher, ep endpoint.Endpoint, done func(stream.Stream, error)) transport.Attempt {
	return c.Transport.Dial(d, ep, func(s stream.Stream, err error) {
		if err == nil {
			made := &counted{Stream: s}
			c.made = append(c.made, made)
			s = made
		}
		done(s, err)
	})
}

// The stream below is closed once, whatever ends the handshake; and the first reason
// to end it is the one that is reported.
func TestTheStreamBelowIsClosedOnce(t *testing.T) {
	bad := errors.New("bad word")
	for name, tt := range map[string]struct {
		end  func(f *fixture, h *proactor.Handle, attempt transport.Attempt)
		want error
	}{
		"the handshake fails": {func(f *fixture, h *proactor.Handle, _ transport.Attempt) {
			f.wrong = bad
			_, _ = h.TryWrite([]byte("x"))
		}, bad},
		"it is cancelled": {func(_ *fixture, _ *proactor.Handle, attempt transport.Attempt) { attempt.Cancel() }, proactor.ErrCanceled},
		"it is cancelled when its limit has passed": {func(f *fixture, _ *proactor.Handle, attempt transport.Attempt) {
			f.until("the limit", func() bool { return f.net.Now() >= time.Minute })
			attempt.Cancel()
		}, transport.ErrHandshakeTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			below := &counting{Transport: f.layer.Below}
			f.layer.Below = below
			h, got := f.peer(false), &results{}
			attempt := f.layer.Dial(f.d, f.ep, got.done)
			f.until("the handshake begins", func() bool { return *h != nil && len(below.made) == 1 })
			tt.end(f, *h, attempt)
			f.until("done", func() bool { return len(got.errs) > 0 })
			if e := (*transport.Error)(nil); got.streams[0] != nil || !errors.Is(got.errs[0], tt.want) || !errors.As(got.errs[0], &e) || e.Step != transport.StepHandshake {
				t.Errorf("done got %v, %v", got.streams[0], got.errs[0])
			}
			if n := below.made[0].closes; n != 1 {
				t.Errorf("closed %d times", n)
			}
			_ = (*h).Close()
			f.nothingOpen()
		})
	}
}
