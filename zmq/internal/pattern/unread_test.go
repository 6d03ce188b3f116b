package pattern_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/pattern"
)

// Messages that were not received when their socket is closed are counted once:
// those of a connection that has ended, of one behind it, and of one that ends
// later.
func TestUnreadIsCounted(t *testing.T) {
	s := pattern.NewPull(defaults())
	gone, again, live := peer(s), peer(s), peer(s)
	for _, c := range []*connection{connect(t, s, gone, ""), connect(t, s, again, "")} {
		c.come("1", "2")
		c.come("3")
		c.end()
	}
	second := connect(t, s, again, "")
	second.come("4")
	second.end()
	l := connect(t, s, live, "")
	l.come("5")
	expect(t, s, "1")
	s.Close()
	expectDrops(t, s, map[pattern.DropReason]uint64{pattern.DropUnread: 2 + 3 + 1})
	l.come("6") // while it closes
	l.end()
	expectDrops(t, s, map[pattern.DropReason]uint64{pattern.DropUnread: 8})
}

// Over inproc messages that wait in the sender's pipe are the sender's until
// they are taken.
func TestUnreadOverInproc(t *testing.T) {
	push, pull := pattern.NewPush(defaults()), pattern.NewPull(defaults())
	j := join(t, push, pull)
	send(t, push, "1")
	send(t, push, "2")
	expect(t, pull, "1") // both are taken
	send(t, push, "3")
	pull.Close()
	j.part()
	expectDrops(t, pull, map[pattern.DropReason]uint64{pattern.DropUnread: 1})
	expectDrops(t, push, map[pattern.DropReason]uint64{pattern.DropPeerGone: 1})
}
