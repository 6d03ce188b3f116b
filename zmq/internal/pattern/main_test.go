package pattern_test

import (
	"cmp"
	"errors"
	"fmt"
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// joint is two sockets joined as inproc joins them, without a check of their
// types: a DEALER, which has no rules of its own, plays peers that misbehave.
type joint struct {
	a, b   *pattern.Socket
	pa, pb *pipe.Peer // b as a sees it, and a as b sees it
}

// join connects two sockets; ids are their routing ids.
func join(t *testing.T, a, b *pattern.Socket, ids ...string) *joint {
	t.Helper()
	j, err := tryJoin(a, b, ids...)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func tryJoin(a, b *pattern.Socket, ids ...string) (*joint, error) {
	ids = append(ids, "", "")
	j := &joint{a: a, b: b, pa: peer(a), pb: peer(b)}
	if err := a.Attach(j.pa); err != nil {
		return nil, err
	}
	if err := b.Attach(j.pb); err != nil {
		return nil, err
	}
	inA, inB := a.NewIn(j.pb.Out), b.NewIn(j.pa.Out)
	inA.Peer, inB.Peer = j.pa, j.pb
	if err := a.Connected(j.pa, inA, []byte(ids[1])); err != nil {
		return nil, err
	}
	if err := b.Connected(j.pb, inB, []byte(ids[0])); err != nil {
		return nil, err
	}
	j.pa.Out.Attach(inB, true)
	j.pb.Out.Attach(inA, true)
	inA.Ready()
	inB.Ready()
	return j, nil
}

func peer(s *pattern.Socket) *pipe.Peer {
	o := pattern.OptionsOf(s)
	p := &pipe.Peer{Out: s.NewOut(), Immediate: o.Immediate}
	p.Out.Peer = p
	return p
}

// attached attaches a new peer, which is not connected.
func attached(t testing.TB, s *pattern.Socket) *pipe.Peer {
	t.Helper()
	p := peer(s)
	if err := s.Attach(p); err != nil {
		t.Fatal(err)
	}
	return p
}

// part disconnects the two for good.
func (j *joint) part() {
	j.a.Disconnected(j.pa)
	j.b.Disconnected(j.pb)
	j.a.Detach(j.pa, true)
	j.b.Detach(j.pb, true)
}

// hwm returns options with both high-water marks in messages.
func hwm(n int) pattern.Config {
	return with(option.Values{SendHWM: cmp.Or(n, -1), RecvHWM: cmp.Or(n, -1)})
}

// with returns options with these values.
func with(v option.Values) pattern.Config {
	return pattern.Config{Options: option.Resolve(&v), GatherMin: message.GatherMin}
}

// defaults returns libzmq's high-water marks.
func defaults() pattern.Config { return hwm(1000) }

// msg makes a message of text frames.
func msg(all ...string) message.Msg {
	var list [][]byte
	for _, f := range all {
		list = append(list, []byte(f))
	}
	return message.New(list...)
}

func send(t *testing.T, s *pattern.Socket, all ...string) {
	t.Helper()
	if err := s.TrySend(msg(all...)); err != nil {
		t.Fatalf("sending %q: %v", all, err)
	}
}

// expect receives a message of these frames.
func expect(t *testing.T, s *pattern.Socket, want ...string) {
	t.Helper()
	m, err := s.TryRecv()
	if err != nil {
		t.Fatalf("%v instead of %q", err, want)
	}
	if w := msg(want...); !m.Equal(&w) {
		t.Fatalf("received %q, want %q", m.Frames(), want)
	}
}

func expectNothing(t *testing.T, s *pattern.Socket) {
	t.Helper()
	if m, err := s.TryRecv(); !errors.Is(err, pattern.ErrWouldBlock) {
		t.Fatalf("received %q, %v", m.Frames(), err)
	}
}

func expectError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// expectDrops checks the drops of all reasons; those that want does not name
// must be 0.
func expectDrops(t *testing.T, s *pattern.Socket, want map[pattern.DropReason]uint64) {
	t.Helper()
	if got := s.Drops.Counts(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("dropped %v, want %v", got, want)
	}
}

// fill sends until the socket would block, and returns how many messages it
// took.
func fill(s *pattern.Socket) (n int) {
	for s.TrySend(msg("x")) == nil {
		n++
	}
	return n
}
