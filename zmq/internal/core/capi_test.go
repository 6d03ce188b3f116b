package core_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/transport/inproc"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// capi is a public API on package core in the manner of libzmq's: options have
// numbers, frames are sent one by one, and a call that fails returns -1 and sets an
// error number, of which the tests compare the name.
type capi struct {
	core.Context
	errno string
}

// csocket is a socket of capi. A zero one is closed.
type csocket struct {
	core.Socket
	api   *capi
	parts [][]byte // sent with SNDMORE, or received and not returned yet
}

// errnos are libzmq's names for errors; the first that matches is taken.
var errnos = []struct {
	err  error
	name string
}{
	{pattern.ErrWouldBlock, "EAGAIN"}, {pattern.ErrTimeout, "EAGAIN"}, {pattern.ErrState, "EFSM"},
	{pattern.ErrUnroutable, "EHOSTUNREACH"}, {pattern.ErrNotSupported, "ENOTSUP"}, {pattern.ErrClosed, "ETERM"},
	{inproc.ErrNameTaken, "EADDRINUSE"}, {core.ErrNotBound, "ENOENT"}, {core.ErrNotConnected, "ENOENT"},
	{context.Canceled, "EINTR"},
}

// result is what a call returns.
func (c *capi) result(err error) int {
	if c.errno = ""; err == nil {
		return 0
	}
	c.errno = "EINVAL"
	for _, e := range errnos {
		if errors.Is(err, e.err) {
			c.errno = e.name
			break
		}
	}
	return -1
}

func (c *capi) socket(typ int) *csocket {
	s := &csocket{api: c}
	if c.result(s.Open(&c.Context, wire.SocketType(typ), new(option.Values))) < 0 {
		return nil
	}
	return s
}

func (s *csocket) setsockopt(number int, value string) int {
	r, err := option.ByNumber(number)
	if err == nil {
		err = s.Set(r.Name, value)
	}
	return s.api.result(err)
}

func (s *csocket) getsockopt(number int) (value int) {
	r, err := option.ByNumber(number)
	if err == nil {
		var text string
		if text, err = s.Get(r.Name); err == nil {
			value, err = strconv.Atoi(text)
		}
	}
	if s.api.result(err) < 0 {
		return -1
	}
	return value
}

func (s *csocket) bind(to string) int       { return s.api.result(s.Bind(context.Background(), to)) }
func (s *csocket) connect(to string) int    { return s.api.result(s.Connect(to)) }
func (s *csocket) unbind(from string) int   { return s.api.result(s.Unbind(from)) }
func (s *csocket) disconnect(to string) int { return s.api.result(s.Disconnect(to)) }

func (s *csocket) send(b string, more bool) int {
	s.parts = append(s.parts, []byte(b))
	if more {
		return 0
	}
	m := message.New(s.parts...)
	s.parts = nil
	return s.api.result(s.TrySend(m))
}

// recv returns a frame, and whether more of its message follow. It waits.
func (s *csocket) recv() (frame string, more bool) {
	if len(s.parts) == 0 {
		m, err := s.Recv(context.Background())
		if s.api.result(err) < 0 {
			return "", false
		}
		s.parts = m.OwnFrames()
	}
	frame, s.parts = string(s.parts[0]), s.parts[1:]
	return frame, len(s.parts) > 0
}

// An API of another library needs nothing that package core does not offer.
func TestOtherAPI(t *testing.T) {
	const pair, req, router, pull, push = 0, 3, 6, 7, 8 // libzmq's numbers
	const lingerOption, sndhwm, subscribe, mandatory = 17, 23, 6, 33
	c := new(capi)
	if err := c.Open(core.Config{}); err != nil {
		t.Fatal(err)
	}
	is := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	fails := func(what string, result int, errno string) {
		t.Helper()
		is(what, result, -1)
		is(what, c.errno, errno)
	}
	is("type 99", c.socket(99), (*csocket)(nil))
	is("type 99", c.errno, "EINVAL")

	from, to := c.socket(push), c.socket(pull)
	fails("send to no peer", from.send("x", false), "EAGAIN")
	fails("send on PULL", to.send("x", false), "ENOTSUP")
	is("default mark", from.getsockopt(sndhwm), 1000)
	is("set a mark", from.setsockopt(sndhwm, "7"), 0)
	is("mark", from.getsockopt(sndhwm), 7)
	fails("bad mark", from.setsockopt(sndhwm, "-1"), "EINVAL")
	fails("option 9999", from.setsockopt(9999, "1"), "EINVAL")
	fails("get option 9999", from.getsockopt(9999), "EINVAL")
	fails("mandatory PUSH", from.setsockopt(mandatory, "1"), "EINVAL")
	fails("subscribe PUSH", from.setsockopt(subscribe, "a"), "ENOTSUP")
	is("linger", from.setsockopt(lingerOption, "0"), 0)

	fails("bad endpoint", from.bind("nonsense"), "EINVAL")
	is("bind", to.bind("inproc://x"), 0)
	fails("bind again", from.bind("inproc://x"), "EADDRINUSE")
	is("connect", from.connect("inproc://x"), 0)
	fails("unbind another", to.unbind("inproc://y"), "ENOENT")
	fails("disconnect another", from.disconnect("inproc://y"), "ENOENT")
	is("first part", from.send("a", true), 0)
	is("last part", from.send("b", false), 0)
	first, more := to.recv()
	is("first frame", first, "a")
	is("RCVMORE", more, true)
	second, more := to.recv()
	is("second frame", second, "b")
	is("RCVMORE", more, false)

	asks, routes := c.socket(req), c.socket(router)
	_, err := asks.TryRecv()
	fails("receive before sending", c.result(err), "EFSM")
	is("mandatory ROUTER", routes.setsockopt(mandatory, "1"), 0)
	routes.send("nobody", true)
	fails("send to an unknown peer", routes.send("x", false), "EHOSTUNREACH")

	ended := make(chan struct{})
	go func() {
		defer close(ended)
		to.recv()
		is("receive while the context ends", c.errno, "ETERM")
	}()
	is("open sockets", c.Sockets(), 4)
	if unsent, err := c.Shutdown(t.Context()); unsent != 0 || err != nil {
		t.Errorf("%d messages, %v", unsent, err)
	}
	<-ended
	is("socket of a context that has ended", c.socket(pair), (*csocket)(nil))
	is("socket of a context that has ended", c.errno, "ETERM")
}
