package zmq_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// errorCalls lists all calls of the package that can fail, each with what makes
// it fail, and with what the error's text must name: the operation and its
// object. TestErrorCallsAreAll finds a call that is missing here.
var errorCalls = map[string][]errorCase{
	"NewSocket": nil, // Context.NewSocket on the default context, which no test may close
	"Context.NewSocket": {
		{func(f *errorFixture) error { _, err := f.Sockets.NewSocket(99, zmq.Options{}); return err }, nil, "option Type", "99"},
		{func(f *errorFixture) error { _, err := f.gone.NewSocket(zmq.PUSH, zmq.Options{}); return err }, zmq.ErrClosed, "NewSocket", "context"},
		{func(*errorFixture) error { _, err := new(zmq.Context).NewSocket(zmq.PUSH, zmq.Options{}); return err }, nil, "NewSocket", "NewContext"},
		{func(*errorFixture) error {
			_, err := (*zmq.Context)(nil).NewSocket(zmq.PUSH, zmq.Options{})
			return err
		}, nil, "NewSocket", "NewContext"},
		{func(f *errorFixture) error {
			_, err := f.Sockets.NewSocket(zmq.PUSH, zmq.Options{RoutingID: []byte{0}})
			return err
		}, nil, "option RoutingID", "zero"},
	},
	"NewContext": {
		{func(*errorFixture) error { _, err := zmq.NewContext(zmq.ContextOptions{Dispatchers: -1}); return err }, nil, "option Dispatchers", "-1"},
		{func(*errorFixture) error {
			_, err := zmq.NewContext(zmq.ContextOptions{Backend: "nonsense"})
			return err
		}, nil, "NewContext", "nonsense"},
	},
	"DefaultContext": nil, // fails only where no backend works, as NewContext does
	"Context.Close":  nil, // fails only where a dispatcher's descriptors cannot be closed
	"Context.Shutdown": {
		{func(f *errorFixture) error {
			c, err := zmq.NewContext(zmq.ContextOptions{})
			must(f.T, err)
			f.unsent(newSocket(f.T, c, zmq.PUSH, zmq.Options{}))
			return c.Shutdown(f.done)
		}, context.Canceled, "shutdown", "context"},
	},
	"ParseType":   {{func(*errorFixture) error { _, err := zmq.ParseType("pusch"); return err }, nil, "socket type", "pusch"}},
	"Options.Get": {{func(*errorFixture) error { _, err := new(zmq.Options).Get("conflate"); return err }, errors.ErrUnsupported, "option conflate", "not implemented"}},
	"Options.Set": {{func(*errorFixture) error { return new(zmq.Options).Set("sndhwm", "x") }, nil, "option sndhwm", `"x"`}},

	"Socket.ChangeOptions": {
		{func(f *errorFixture) error {
			return f.of(zmq.PUSH).ChangeOptions(func(o *zmq.Options) { o.Backlog = -1 })
		}, nil, "option Backlog", "-1"},
		{func(f *errorFixture) error { return f.closed(zmq.PUSH).ChangeOptions(func(*zmq.Options) {}) }, zmq.ErrClosed, "options", "PUSH"},
	},
	"Socket.Get": {{func(f *errorFixture) error { _, err := f.of(zmq.PUSH).Get("fd"); return err }, errors.ErrUnsupported, "option fd", "Readable"}},
	"Socket.Set": {
		{func(f *errorFixture) error { return f.of(zmq.PUSH).Set("router_mandatory", "1") }, nil, "option router_mandatory", "PUSH"},
		{func(f *errorFixture) error { return f.closed(zmq.PUSH).Set("sndhwm", "1") }, zmq.ErrClosed, "option sndhwm", "PUSH"},
		{func(f *errorFixture) error { return f.of(zmq.PUB).Set("subscribe", "") }, zmq.ErrNotSupported, "option subscribe", "PUB"},
	},
	"Socket.Close":      nil, // always nil
	"Socket.Shutdown":   {{func(f *errorFixture) error { s := f.of(zmq.PUSH); f.unsent(s); return s.Shutdown(f.done) }, context.Canceled, "shutdown", "PUSH"}},
	"Socket.Send":       sends(func(ctx context.Context, s *zmq.Socket) error { return s.Send(ctx, zmq.StringMsg("x")) }),
	"Socket.SendBytes":  sends(func(ctx context.Context, s *zmq.Socket) error { return s.SendBytes(ctx, make([]byte, 1<<16)) }),
	"Socket.SendOwned":  sends(func(ctx context.Context, s *zmq.Socket) error { return s.SendOwned(ctx, []byte("x")) }),
	"Socket.SendFrames": sends(func(ctx context.Context, s *zmq.Socket) error { return s.SendFrames(ctx, []byte("x")) }),
	"Socket.Recv":       receives(func(ctx context.Context, s *zmq.Socket) error { _, err := s.Recv(ctx); return err }),
	"Socket.RecvBytes":  receives(func(ctx context.Context, s *zmq.Socket) error { _, err := s.RecvBytes(ctx); return err }),
	"Socket.RecvFrames": receives(func(ctx context.Context, s *zmq.Socket) error { _, err := s.RecvFrames(ctx); return err }),
	"Socket.SendBatch": sends(func(ctx context.Context, s *zmq.Socket) error {
		_, err := s.SendBatch(ctx, []zmq.Msg{zmq.StringMsg("x")})
		return err
	}),
	"Socket.RecvBatch": receives(func(ctx context.Context, s *zmq.Socket) error {
		_, err := s.RecvBatch(ctx, make([]zmq.Msg, 1))
		return err
	}),
	"Socket.TrySendBatch": tries("send", "PUSH", func(s *zmq.Socket) error { _, err := s.TrySendBatch([]zmq.Msg{zmq.StringMsg("x")}); return err }),
	"Socket.TryRecvBatch": tries("receive", "PULL", func(s *zmq.Socket) error { _, err := s.TryRecvBatch(make([]zmq.Msg, 1)); return err }),
	"Socket.TrySend":      tries("send", "PUSH", func(s *zmq.Socket) error { return s.TrySend(zmq.StringMsg("x")) }),
	"Socket.TryRecv":      tries("receive", "PULL", func(s *zmq.Socket) error { _, err := s.TryRecv(); return err }),
	"Socket.Subscribe":    subscribes("subscribe on ", (*zmq.Socket).Subscribe),
	"Socket.Unsubscribe":  subscribes("unsubscribe on ", (*zmq.Socket).Unsubscribe),
	"Socket.Messages": {
		{func(f *errorFixture) error {
			for _, err := range f.of(zmq.PUSH).Messages(f.Ctx) {
				return err
			}
			return nil
		}, zmq.ErrNotSupported, "receive", "PUSH"},
	},
	"Socket.Bind":        onEndpoints("bind", (*zmq.Socket).Bind),
	"Socket.BindContext": onEndpoints("bind", func(s *zmq.Socket, to string) error { return s.BindContext(context.Background(), to) }),
	"Socket.Connect":     onEndpoints("connect", (*zmq.Socket).Connect),
	"Socket.Unbind":      onEndpoints("unbind", (*zmq.Socket).Unbind),
	"Socket.Disconnect":  onEndpoints("disconnect", (*zmq.Socket).Disconnect),
}

type errorCase struct {
	fails             func(f *errorFixture) error
	is                error // nil: any error
	operation, object string
}

// errorFixture has the objects that the calls fail on.
type errorFixture struct {
	*fixture
	gone          *zmq.Context    // closed
	done, expired context.Context // canceled, and past its deadline
}

func (f *errorFixture) of(typ zmq.Type) *zmq.Socket {
	return f.Socket(typ, zmq.Options{Linger: zmq.NoLinger})
}

func (f *errorFixture) closed(typ zmq.Type) *zmq.Socket {
	s := f.of(typ)
	must(f.T, s.Close())
	return s
}

// unsent leaves a message that cannot be sent.
func (f *errorFixture) unsent(s *zmq.Socket) {
	must(f.T, s.Connect("inproc://nobody"))
	f.Send(s, "x")
}

func sends(call func(context.Context, *zmq.Socket) error) []errorCase {
	return append(waits("send", zmq.PUSH, call),
		errorCase{func(f *errorFixture) error { return call(f.Ctx, f.of(zmq.PULL)) }, zmq.ErrNotSupported, "send", "PULL"},
		errorCase{func(f *errorFixture) error { return call(f.Ctx, f.Socket(zmq.PUSH, zmq.Options{SendTimeout: 1})) }, zmq.ErrTimeout, "send", "PUSH"},
	)
}

func receives(call func(context.Context, *zmq.Socket) error) []errorCase {
	return append(waits("receive", zmq.PULL, call),
		errorCase{func(f *errorFixture) error { return call(f.Ctx, f.of(zmq.PUSH)) }, zmq.ErrNotSupported, "receive", "PUSH"},
		errorCase{func(f *errorFixture) error { return call(f.Ctx, f.Socket(zmq.PULL, zmq.Options{RecvTimeout: 1})) }, zmq.ErrTimeout, "receive", "PULL"},
	)
}

// waits returns the errors of a call that waits.
func waits(operation string, typ zmq.Type, call func(context.Context, *zmq.Socket) error) []errorCase {
	const unbound = "tcp://127.0.0.1:1"
	return []errorCase{
		{func(f *errorFixture) error { return call(f.Ctx, f.closed(typ)) }, zmq.ErrClosed, operation, typ.String()},
		{func(f *errorFixture) error { return call(f.done, f.of(typ)) }, context.Canceled, operation, typ.String()},
		{func(f *errorFixture) error { return call(f.expired, f.of(typ)) }, context.DeadlineExceeded, operation, typ.String()},
		{func(f *errorFixture) error { // it waits, and ends while it does
			ctx, cancel := context.WithTimeout(f.Ctx, time.Millisecond)
			defer cancel()
			s := f.Socket(typ, zmq.Options{Linger: zmq.NoLinger, Immediate: true})
			must(f.T, s.Connect(unbound))
			return call(ctx, s)
		}, context.DeadlineExceeded, operation, typ.String() + " (" + unbound},
	}
}

func tries(operation, typ string, call func(*zmq.Socket) error) []errorCase {
	t, _ := zmq.ParseType(typ)
	return []errorCase{
		{func(f *errorFixture) error { return call(f.of(t)) }, zmq.ErrWouldBlock, operation, typ},
		{func(f *errorFixture) error { return call(f.closed(t)) }, zmq.ErrClosed, operation, typ},
	}
}

func subscribes(operation string, call func(*zmq.Socket, string) error) []errorCase {
	return []errorCase{
		{func(f *errorFixture) error { return call(f.closed(zmq.SUB), "") }, zmq.ErrClosed, operation, "SUB"},
		{func(f *errorFixture) error { return call(f.of(zmq.PUB), "") }, zmq.ErrNotSupported, operation, "PUB"},
		{func(f *errorFixture) error { return call(f.of(zmq.SUB), strings.Repeat("x", 1<<20+1)) }, zmq.ErrLongPrefix, operation, "1048577 bytes"},
	}
}

func onEndpoints(operation string, call func(*zmq.Socket, string) error) []errorCase {
	return []errorCase{
		{func(f *errorFixture) error { return call(f.closed(zmq.PUSH), "inproc://x") }, zmq.ErrClosed, operation, "inproc://x"},
		{func(f *errorFixture) error { return call(f.of(zmq.PUSH), "tcp://127.0.0.1") }, nil, operation, "tcp://127.0.0.1"},
		{func(f *errorFixture) error { return call(f.of(zmq.PUSH), "nonsense") }, nil, operation, "nonsense"},
	}
}

// Every error names the operation and its object, and is the documented one.
func TestErrorCalls(t *testing.T) {
	f := &errorFixture{fixture: newFixture(t, "inproc")}
	var err error
	f.gone, err = zmq.NewContext(zmq.ContextOptions{})
	must(t, err)
	must(t, f.gone.Close())
	var cancel, stop context.CancelFunc
	f.done, cancel = context.WithCancel(f.Ctx)
	cancel()
	f.expired, stop = context.WithDeadline(f.Ctx, time.Now())
	defer stop()
	for _, name := range slices.Sorted(maps.Keys(errorCalls)) {
		for i, tt := range errorCalls[name] {
			err := tt.fails(f)
			if err == nil || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%s, case %d: %v is not %v", name, i, err, tt.is)
				continue
			}
			text := err.Error()
			for _, part := range []string{"zmq: ", tt.operation, tt.object} {
				if !strings.Contains(text, part) {
					t.Errorf("%s, case %d: %q does not name %q", name, i, text, part)
				}
			}
			if strings.Count(text, "zmq: ") != 1 {
				t.Errorf("%s, case %d: %q says more than once whose it is", name, i, text)
			}
		}
	}
}

// Every call that can fail is in errorCalls.
func TestErrorCallsAreAll(t *testing.T) {
	names, err := filepath.Glob("*.go")
	must(t, err)
	found := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() || !canFail(f) {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				of := f.Recv.List[0].Type
				if pointer, ok := of.(*ast.StarExpr); ok {
					of = pointer.X
				}
				if id, ok := of.(*ast.Ident); !ok || !id.IsExported() || name == "Unwrap" {
					continue
				} else {
					name = id.Name + "." + name
				}
			}
			found++
			if _, ok := errorCalls[name]; !ok {
				t.Errorf("%s can fail, and errorCalls does not say how", name)
			}
		}
	}
	if found != len(errorCalls) {
		t.Errorf("%d calls can fail, and errorCalls has %d", found, len(errorCalls))
	}
}

// canFail reports whether a function returns an error, or yields one.
func canFail(f *ast.FuncDecl) (fails bool) {
	if f.Type.Results == nil {
		return false
	}
	for _, result := range f.Type.Results.List {
		ast.Inspect(result.Type, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			fails = fails || ok && id.Name == "error"
			return true
		})
	}
	return fails
}

// Calls that do not wait fail without an allocation, because programs call them
// in loops.
func TestTryAllocatesNothing(t *testing.T) {
	f := newFixture(t, "inproc")
	push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
	m := zmq.StringMsg("x")
	if n := testing.AllocsPerRun(100, func() {
		if push.TrySend(m) == nil {
			t.Fatal("sent without a peer")
		}
		if _, err := pull.TryRecv(); err == nil {
			t.Fatal("received without a peer")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A Socket that NewSocket did not make panics with that reason.
func TestZeroSocket(t *testing.T) {
	ctx := context.Background()
	var s zmq.Socket
	for name, call := range map[string]func(){
		"Send": func() { _ = s.Send(ctx, zmq.StringMsg("x")) }, "TrySend": func() { _ = s.TrySend(zmq.StringMsg("x")) },
		"SendBytes": func() { _ = s.SendBytes(ctx, nil) }, "SendOwned": func() { _ = s.SendOwned(ctx, nil) }, "SendFrames": func() { _ = s.SendFrames(ctx, nil) },
		"Recv": func() { _, _ = s.Recv(ctx) }, "TryRecv": func() { _, _ = s.TryRecv() },
		"RecvBytes": func() { _, _ = s.RecvBytes(ctx) }, "RecvFrames": func() { _, _ = s.RecvFrames(ctx) },
		"Messages": func() {
			for range s.Messages(ctx) {
			}
		},
		"Subscribe": func() { _ = s.Subscribe("") }, "Unsubscribe": func() { _ = s.Unsubscribe("") },
		"Bind": func() { _ = s.Bind("inproc://x") }, "BindContext": func() { _ = s.BindContext(ctx, "inproc://x") },
		"Connect": func() { _ = s.Connect("inproc://x") },
		"Unbind":  func() { _ = s.Unbind("inproc://x") }, "Disconnect": func() { _ = s.Disconnect("inproc://x") },
		"Readable": func() { s.Readable() }, "Writable": func() { s.Writable() },
		"Close": func() { _ = s.Close() }, "Shutdown": func() { _ = s.Shutdown(ctx) }, "Stats": func() { s.Stats() },
		"Context.Backend": func() { new(zmq.Context).Backend() },
	} {
		func() {
			defer func() {
				text, _ := recover().(string)
				if !strings.HasPrefix(text, "zmq: ") || !strings.Contains(text, "did not make") {
					t.Errorf("%s panics with %q", name, text)
				}
			}()
			call()
		}()
	}
	if s.Type() != 0 || s.LastEndpoint() != "" {
		t.Errorf("%v, %q", s.Type(), s.LastEndpoint())
	}
	must(t, new(zmq.Context).Close())
	must(t, new(zmq.Context).Shutdown(ctx))
}
