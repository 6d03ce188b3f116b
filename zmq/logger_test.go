package zmq_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// actingLogger is a logger that acts on the first record.
type actingLogger struct {
	once   sync.Once
	act    func(*actingLogger) error
	ctx    context.Context // of the test
	result chan error

	sockets *zmq.Context
	socket  *zmq.Socket
	ready   chan struct{} // sockets and socket are there
}

func (*actingLogger) Enabled(context.Context, slog.Level) bool { return true }
func (a *actingLogger) WithAttrs([]slog.Attr) slog.Handler     { return a }
func (a *actingLogger) WithGroup(string) slog.Handler          { return a }
func (a *actingLogger) Handle(_ context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return nil
	}
	a.once.Do(func() {
		<-a.ready
		a.result <- a.act(a)
	})
	return nil
}

// A logger may use and close the sockets whose records it handles: sockets do not
// wait for its goroutine, and hold no lock when it is called.
func TestLoggerMayUseSockets(t *testing.T) {
	for name, act := range map[string]func(*actingLogger) error{
		"Socket.Close":     func(a *actingLogger) error { return a.socket.Close() },
		"Socket.Shutdown":  func(a *actingLogger) error { return a.socket.Shutdown(a.ctx) },
		"Context.Close":    func(a *actingLogger) error { return a.sockets.Close() },
		"Context.Shutdown": func(a *actingLogger) error { return a.sockets.Shutdown(a.ctx) },
		"Stats":            func(a *actingLogger) error { a.socket.Stats(); return nil },
		"exchange": func(a *actingLogger) error {
			push, err1 := a.sockets.NewSocket(zmq.PUSH, zmq.Options{})
			pull, err2 := a.sockets.NewSocket(zmq.PULL, zmq.Options{})
			err := errors.Join(err1, err2, pull.Bind("tcp://127.0.0.1:*"))
			err = errors.Join(err, push.Connect(pull.LastEndpoint()), push.SendBytes(a.ctx, []byte("x")))
			_, got := pull.Recv(a.ctx)
			return errors.Join(err, got, push.Close(), pull.Close())
		},
	} {
		for _, transport := range []string{"tcp", "inproc"} {
			t.Run(name+"/"+transport, func(t *testing.T) {
				a := &actingLogger{act: act, ctx: deadline(t), result: make(chan error, 1), ready: make(chan struct{})}
				c, err := zmq.NewContext(zmq.ContextOptions{Logger: slog.New(a)})
				must(t, err)
				a.sockets = c
				a.socket, err = c.NewSocket(zmq.SUB, zmq.Options{})
				must(t, err)
				pull, err := c.NewSocket(zmq.PULL, zmq.Options{})
				must(t, err)
				close(a.ready)
				waits := func(f func() error) {
					t.Helper()
					select {
					case err := <-async(f):
						must(t, err)
					case <-a.ctx.Done():
						t.Fatal("hangs") // and is left behind
					}
				}
				waits(func() error {
					if transport == "tcp" {
						return errors.Join(pull.Bind("tcp://127.0.0.1:*"), a.socket.Connect(pull.LastEndpoint()))
					}
					return errors.Join(a.socket.Connect("inproc://x"), pull.Bind("inproc://x"))
				})
				waits(func() error { return <-a.result })
				waits(c.Close)
			})
		}
	}
}
