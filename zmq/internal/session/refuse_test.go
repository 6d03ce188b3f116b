package session_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// full is a socket that accepts no more peers.
type full struct{ *host }

var errFull = errors.New("no more peers")

func (f full) Attach(*pipe.Peer) error { return errFull }

// If the socket refuses another peer, Dial fails and makes no connection.
func TestDialRefusedByTheSocket(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h := full{&host{}}
	cfg := f.config(h.host, wire.PAIR)
	cfg.Host = h
	w := &way{tried: func() { t.Error("connecting") }}
	s, err := session.Dial(cfg, to(t, w))
	if s != nil || !errors.Is(err, errFull) {
		t.Errorf("%v, %v; want %v", s, err, errFull)
	}
	if _, err := f.d.Poll(); err != nil {
		t.Fatal(err)
	}
}

// If the socket refuses an accepted peer, the peer is disconnected and a warning
// is logged.
func TestAcceptedRefusedByTheSocket(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h, log := full{&host{}}, new(strings.Builder)
	cfg := f.config(h.host, wire.PAIR)
	cfg.Host, cfg.Logger = h, logTo(log)
	peers := &session.Accepted{}
	l, err := listening(cfg, to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	mine := &host{}
	s, err := session.Dial(f.config(mine, wire.PAIR), to(t, &way{}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("refused", func() bool { return l.Status().Failures > 0 })
	if now := l.Status(); !errors.Is(now.Err, errFull) || len(peers.Peers()) != 0 {
		t.Errorf("%+v, %d peers", now, len(peers.Peers()))
	}
	if !strings.Contains(log.String(), `level=WARN msg="zmq: no handshake with a peer" socket=PAIR endpoint=127.0.0.1:`) ||
		!strings.Contains(log.String(), "cause=\""+errFull.Error()) {
		t.Errorf("logged:\n%s", log)
	}
	f.stopped(f.graceful(s))
	f.stopped(l.Stop)
	f.stopped(f.graceful(peers))
}
