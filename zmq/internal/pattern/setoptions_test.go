package pattern_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// A sender that waits for room continues when its high-water mark is raised, or
// over inproc the receiver's.
func TestRaisedMarkWakesSenders(t *testing.T) {
	raised := option.Values{SendHWM: 2, RecvHWM: 2}
	for name, raise := range map[string]func(j *joint){
		"sender":   func(j *joint) { j.a.SetOptions(option.Resolve(&raised)) },
		"receiver": func(j *joint) { j.b.SetOptions(option.Resolve(&raised)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := pattern.NewPush(hwm(1))
			j := join(t, s, pattern.NewPull(hwm(1)))
			for s.TrySend(msg("x")) == nil {
			}
			result := make(chan error)
			go func() { result <- s.Send(context.Background(), msg("x")) }()
			for s.Senders() == 0 {
				runtime.Gosched()
			}
			raise(j)
			if err := <-result; err != nil {
				t.Error(err)
			}
		})
	}
}

// A peer that has left is not given marks any more, and those that stay are.
func TestMarksAfterAPeerHasLeft(t *testing.T) {
	s := pattern.NewPush(hwm(1))
	peers := []*pipe.Peer{attached(t, s), attached(t, s), attached(t, s)}
	for _, p := range peers[:2] {
		s.Detach(p, true)
	}
	late := peer(s)
	raised := option.Values{SendHWM: 5}
	s.SetOptions(option.Resolve(&raised))
	n := 0
	for s.TrySend(msg("x")) == nil {
		n++
	}
	if n != 5 || peers[2].Out.Pending() != 5 {
		t.Errorf("%d messages fit, %d are for the peer that stays; want 5", n, peers[2].Out.Pending())
	}
	if err := s.Attach(late); err != nil {
		t.Fatal(err)
	}
	for s.TrySend(msg("x")) == nil {
	}
	if n := late.Out.Pending(); n != 5 {
		t.Errorf("%d messages fit for a peer that was made before the change, want 5", n)
	}
}

// A sender that waits because of an option continues when the option is switched
// off.
func TestSetOptionsWakesSenders(t *testing.T) {
	mark := option.Values{SendHWM: 1, RecvHWM: 1}
	noDrop, mandatory := mark, mark
	noDrop.NoDrop, mandatory.RouterMandatory = true, true
	for name, tt := range map[string]struct {
		s, peer *pattern.Socket
		frames  []string
	}{
		"NoDrop":          {pattern.NewPub(with(noDrop)), pattern.NewSub(with(mark)), []string{"a"}},
		"RouterMandatory": {pattern.NewRouter(with(mandatory)), pattern.NewDealer(with(mark)), []string{"id", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "NoDrop" {
				subscribe(t, tt.peer, "a")
			}
			join(t, tt.peer, tt.s, "id")
			for tt.s.TrySend(msg(tt.frames...)) == nil {
			}
			result := make(chan error)
			go func() { result <- tt.s.Send(context.Background(), msg(tt.frames...)) }()
			for tt.s.Senders() == 0 {
				runtime.Gosched()
			}
			tt.s.SetOptions(option.Resolve(&mark))
			if err := <-result; err != nil {
				t.Error(err)
			}
			expectDrops(t, tt.s, map[pattern.DropReason]uint64{pattern.DropHighWater: 1})
		})
	}
}
