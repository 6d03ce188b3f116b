package session_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Of the connections that say nothing, a listener keeps a bounded number: the
// oldest is closed for one that is too many. Peers that finish their handshake do
// not count.
func TestTooManyHandshakes(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	var log strings.Builder
	cfg, peers := f.config(&host{}, wire.PULL), &session.Accepted{}
	cfg.Logger = logTo(&log)
	l, err := session.Listen(f.ctx, cfg, to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	session.LimitHandshakes(l, 3)
	l.Start()
	var silent []*proactor.Handle
	for n := range 5 {
		op := proactor.NewOperation(func(op *proactor.Operation) { silent = append(silent, op.Handle()) })
		f.d.Connect(op, "tcp", "127.0.0.1:5555", nil)
		f.until("accepted", func() bool { return len(silent) == n+1 && l.Status().Failures == max(n-2, 0) })
	}
	var dialers []*session.Dialer
	for n := range 4 {
		dialers = append(dialers, dial(f, &host{}))
		f.until("connected", func() bool { return len(peers.Peers()) == n+1 })
	}
	if now := l.Status(); now.Failures != 3 || !errors.Is(now.Err, transport.ErrTooManyHandshakes) {
		t.Errorf("%+v", now)
	}
	for n, h := range silent {
		_, err := h.TryRead(make([]byte, 100)) // the greeting
		if err == nil {
			_, err = h.TryRead(make([]byte, 100))
		}
		if want := map[bool]error{true: io.EOF, false: proactor.ErrWouldBlock}[n < 3]; err != want {
			t.Errorf("connection %d: %v, want %v", n, err, want)
		}
	}
	if want := `level=WARN msg="zmq: no handshake with a peer"`; !strings.HasPrefix(log.String(), want) {
		t.Errorf("logged\n%s want\n%s", &log, want)
	}
	f.stopped(l.Stop)
	f.stopped(f.graceful(peers))
	for _, s := range dialers {
		f.stopped(f.graceful(s))
	}
	for _, h := range silent {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := f.net.Open(); n != 0 {
		t.Errorf("%d handles left open", n)
	}
}
