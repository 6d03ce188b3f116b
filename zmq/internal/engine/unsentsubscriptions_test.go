package engine

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A connection of an XSUB that is lost at any byte hands back exactly the
// messages and the subscriptions of which a byte was not written, in whichever
// form its peer takes subscriptions.
func TestUnsentSubscriptions(t *testing.T) {
	large := bytes.Repeat([]byte("x"), 5000) // referred to, not copied
	type entry struct {
		subscription bool
		frames       [][]byte
	}
	entries := []entry{
		{true, [][]byte{{1, 'a'}}},
		{false, [][]byte{{1, 'a'}}}, // a message of the application
		{true, [][]byte{{0, 'a'}}},
		{false, [][]byte{[]byte("two"), large}},
		{true, [][]byte{append([]byte{1}, large[:300]...)}},
		{false, [][]byte{nil}},
	}
	for name, mechanism := range map[string]mechanism.Constructor{"plain": nil, "boxed": NewBoxing} {
		for minor := range uint8(2) {
			t.Run(fmt.Sprintf("%s, to 3.%d", name, minor), func(t *testing.T) {
				handedBack := 0
				for most := 1; most < 5600; most += 1 + most/50*13 {
					f := newFixture(t, 1, sim.Faults{})
					p, q := f.connect(testConfig{Type: wire.XSUB, Mechanism: mechanism})
					p.e.Start()
					q.greetAs(wire.Greeting{Major: 3, Minor: minor, Mechanism: "NULL"}, "XPUB")
					f.until("handshake", func() bool { return p.e.state == stateTraffic })
					f.poll()
					s := &failingStream{recorder: p.stream, left: most}
					p.e.s = s
					p.mu.Lock()
					for _, e := range entries {
						if s, ok := wire.ParseSubscription(e.frames[0]); ok && e.subscription {
							p.out.PutSubscription(s)
						} else {
							p.out.Put(message.New(e.frames...))
						}
					}
					p.mu.Unlock()
					if p.out.ActivateSelf(&p.e.conn) {
						p.e.Wake(true)
					}
					f.until("lost", func() bool { return p.closed > 0 })
					whole := wholeItems(t, s.taken, mechanism != nil)
					if p.unsent.Msgs != len(entries)-whole {
						t.Fatalf("after %d bytes with %d whole entries %d are handed back", most, whole, p.unsent.Msgs)
					}
					handedBack += p.unsent.Msgs
					var c message.Cursor
					c.Load(p.unsent)
					for _, want := range entries[whole:] {
						subscription := c.AtSubscription()
						m, ok := c.Next()
						if w := message.New(want.frames...); !ok || subscription != want.subscription || !m.Equal(&w) {
							t.Fatalf("after %d bytes %.40q is handed back, a subscription: %v; want %.40q", most, m.Frames(), subscription, want.frames)
						}
					}
				}
				if handedBack == 0 {
					t.Error("nothing was handed back: the test tests nothing")
				}
			})
		}
	}
}

// wholeItems returns the number of messages and commands that are wholly in b.
func wholeItems(t *testing.T, b []byte, boxed bool) (n int) {
	t.Helper()
	if boxed {
		for _, f := range unboxed(t, b) {
			if f[0] != '0'+wire.FlagMore {
				n++
			}
		}
		return n
	}
	for len(b) > 0 {
		flags, size, header, err := wire.ParseFrameHeader(b)
		if err != nil {
			t.Fatal(err)
		}
		if header == 0 || header+int(size) > len(b) {
			return n
		}
		b = b[header+int(size):]
		if flags&wire.FlagMore == 0 {
			n++
		}
	}
	return n
}
