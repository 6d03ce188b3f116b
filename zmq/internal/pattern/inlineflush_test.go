package pattern_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// lazy is an active consumer that does nothing until FlushInline. The test
// decides what happens meanwhile.
type lazy struct {
	out       *pipe.Out
	willing   bool
	meanwhile func()
	flushes   int
}

func (l *lazy) Wake(bool) {}

func (l *lazy) FlushInline() bool {
	l.flushes++
	if !l.willing {
		return false
	}
	var b message.Batch
	if l.out.TakeMore(&b) {
		l.out.Credit(b.Msgs, b.Size)
	}
	if l.meanwhile != nil {
		l.meanwhile()
	}
	return true
}

// A sender with no room flushes its peer's consumer inline, and continues only
// if the socket has not changed meanwhile.
func TestSenderFlushesInline(t *testing.T) {
	for name, tt := range map[string]struct {
		willing   bool
		meanwhile func(push *pattern.Socket, p *pipe.Peer)
		want      error
	}{
		"willing":   {true, func(*pattern.Socket, *pipe.Peer) {}, nil},
		"unwilling": {false, nil, pattern.ErrWouldBlock},
		"full again": {true, func(push *pattern.Socket, _ *pipe.Peer) {
			for range 10 {
				_ = push.TrySend(msg("y"))
			}
		}, pattern.ErrWouldBlock},
		"closed": {true, func(push *pattern.Socket, _ *pipe.Peer) { push.Close() }, pattern.ErrClosed},
		"the peer has left": {true, func(push *pattern.Socket, p *pipe.Peer) {
			push.Disconnected(p)
			push.Detach(p, true)
		}, pattern.ErrWouldBlock},
	} {
		t.Run(name, func(t *testing.T) {
			push, peers := pushTo(t, 1, hwm(10))
			p := peers[0].pa
			l := &lazy{out: p.Out, willing: tt.willing}
			if tt.meanwhile != nil {
				l.meanwhile = func() { l.willing = false; tt.meanwhile(push, p) }
			}
			p.Out.Attach(l, true)
			for range 10 {
				send(t, push, "x")
			}
			expectError(t, "one more", push.TrySend(msg("x")), tt.want)
			if l.flushes == 0 {
				t.Error("the consumer was not flushed inline")
			}
		})
	}
}
