package pattern_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

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
