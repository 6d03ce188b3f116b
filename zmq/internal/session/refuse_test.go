package session_test

import (
	"errors"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// full is a socket that takes no more peers.
type full struct{ *host }

var errFull = errors.New("no more peers")

func (f full) Attach(*pipe.Peer) error { return errFull }

// A socket that does not want another peer is not connected, and says so.
func TestDialRefusedByTheSocket(t *testing.T) {
	r := newRig(t, proactor.SimFaults{})
	h := full{&host{}}
	cfg := r.config(h.host, wire.PAIR)
	cfg.Host = h
	w := &way{tried: func() { t.Error("connecting") }}
	s, err := session.Dial(cfg, to(t, w))
	if s != nil || !errors.Is(err, errFull) {
		t.Errorf("%v, %v; want %v", s, err, errFull)
	}
	if _, err := r.d.Poll(); err != nil {
		t.Fatal(err)
	}
}
