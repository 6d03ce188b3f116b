package pattern_test

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A type that receives subscriptions gets those of a SUB as values, and can hand
// them to its application.
func TestSubscriptionsReachTheApplication(t *testing.T) {
	for name, joined := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			pub, first, second := pattern.XPub.New(defaults()), pattern.NewSub(defaults()), pattern.NewSub(defaults())
			if joined {
				join(t, pub, first)
			}
			subscribe(t, first, "a", "b", "a")
			if !joined {
				join(t, pub, first)
			}
			expect(t, pub, "\x01a")
			expect(t, pub, "\x01b")
			join(t, second, pub)
			subscribe(t, second, "a")
			unsubscribe(t, first, "b")
			unsubscribe(t, first, "a")
			unsubscribe(t, first, "a") // second still has it
			expect(t, pub, "\x00b")
			expectNothing(t, pub)
			send(t, pub, "abc")
			expect(t, second, "abc")
			expectNothing(t, first)
			unsubscribe(t, second, "a")
			expect(t, pub, "\x00a")
			if s := pub.Stats(); s.Subscriptions != 0 || s.Received.Msgs == 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// Messages and subscriptions of one peer keep their order, whether they come one
// by one or many in a batch.
func TestSubscriptionsAndMessagesKeepTheirOrder(t *testing.T) {
	all := []string{"x", "\x01a", "y", "\x02", "\x01", "\x00a", "", "z", "\x00"}
	t.Run("over inproc", func(t *testing.T) {
		pub, sub := pattern.XPub.New(defaults()), pattern.XSub.New(defaults())
		join(t, pub, sub)
		for range 3 {
			for _, text := range all {
				send(t, sub, text)
			}
			for _, text := range all {
				expect(t, pub, text)
			}
		}
		expectDrops(t, pub, map[pattern.DropReason]uint64{})
	})
	for size := 1; size <= len(all); size++ {
		t.Run(fmt.Sprintf("batches of %d", size), func(t *testing.T) {
			pub := pattern.XPub.New(defaults())
			p := attached(t, pub)
			c := connect(t, pub, p, "")
			for i := 0; i < len(all); i += size {
				c.box.Put(batchOfItems(all[i:min(i+size, len(all))]...))
			}
			for _, text := range all {
				expect(t, pub, text)
			}
			expectNothing(t, pub)
			if msgs, size := c.box.Queued(); msgs != 0 || size != 0 {
				t.Errorf("%d messages of %d bytes are not credited", msgs, size)
			}
		})
	}
}

// batchOfItems is batchOf, and makes subscriptions of those that begin with 0 or 1.
func batchOfItems(all ...string) (b message.Batch) {
	for _, text := range all {
		if c, ok := wire.ParseSubscription([]byte(text)); ok {
			b.AppendSubscription(c)
		} else {
			b.Append(msg(text), message.GatherMin)
		}
	}
	return b
}

// The content of a subscription, whatever its size, is what its sender said.
func TestSubscriptionsAreTyped(t *testing.T) {
	sub := pattern.NewSub(defaults())
	p := attached(t, sub)
	connect(t, sub, p, "")
	var want []string
	for _, size := range []int{0, 1, 254, 255, 256, message.GatherMin, wire.MaxSubscription} {
		topic := string(make([]byte, size))
		subscribe(t, sub, topic)
		unsubscribe(t, sub, topic)
		want = append(want, fmt.Sprint(wire.Subscribe, size), fmt.Sprint(wire.Cancel, size))
	}
	in := pipe.NewIn(p.Out, pipe.Limits{}, silent{}, new(pipe.Counter))
	var got []string
	for i, ok := in.NextItem(); ok; i, ok = in.NextItem() {
		c, ok := i.Subscription()
		if !ok {
			t.Fatalf("a message of %d bytes", i.Size())
		}
		got = append(got, fmt.Sprint(c.Action, len(c.Topic)))
		i.Release()
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("sent %v, want %v", got, want)
	}
}

type silent struct{}

func (silent) Readable(*pipe.In) {}

// When a publisher is back, a type that sends messages as well sends it those
// that were still queued, and all its subscriptions once.
func TestMessagesOfASubscriberSurviveItsPublisher(t *testing.T) {
	sub := pattern.XSub.New(defaults())
	p := attached(t, sub)
	subscribe(t, sub, "a")
	first := connect(t, sub, p, "")
	send(t, sub, "message")
	subscribe(t, sub, "b")
	first.end()
	connect(t, sub, p, "")
	var b message.Batch
	p.Out.Take(&b)
	var c message.Cursor
	c.Load(b)
	for _, want := range []string{"message", "\x01a", "\x01b"} {
		subscription := c.AtSubscription()
		if m, ok := c.Next(); !ok || string(m.Bytes()) != want || subscription != (want[0] == 1) {
			t.Fatalf("%q, a subscription: %v; want %q", m.Bytes(), subscription, want)
		}
	}
	if dropped := sub.Stats().Dropped; b.Msgs != 3 || len(dropped) > 0 {
		t.Errorf("%d are queued, dropped %v", b.Msgs, dropped)
	}
}
