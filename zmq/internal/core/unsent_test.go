package core

import (
	"errors"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// Closing a context adds up what its sockets could not send, and returns the errors of
// its dispatchers. This one fails to close because it is closed in its own handler.
func TestUnsentOfContext(t *testing.T) {
	for _, counts := range [][]int{nil, {0}, {2, 3}, {2, 0, 1}} {
		d, err := proactor.New(proactor.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c, all, bySocket := new(Context), 0, map[*Socket]int{}
		c.OpenOn(d, Config{})
		for _, n := range counts {
			s := new(Socket)
			c.sockets[s], bySocket[s] = struct{}{}, n
			all += n
		}
		closes := func() (unsent int, err error) { return c.close(func(s *Socket) int { return bySocket[s] }) }
		if unsent, err := closes(); unsent != all || err != nil {
			t.Errorf("%v: %d messages and %v, want %d and no error", counts, unsent, err, all)
		}
		c.own = true
		post := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
			if unsent, err := closes(); unsent != all || !errors.Is(err, proactor.ErrInHandler) {
				t.Errorf("%v: %d messages and %v, want %d and %v", counts, unsent, err, all, proactor.ErrInHandler)
			}
			d.Stop()
		})}
		d.Post(&post)
		if err := errors.Join(d.Run(), d.Close()); err != nil {
			t.Error(err)
		}
	}
}
