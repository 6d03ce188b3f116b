package pattern_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

// A SUB sends its prefixes to a new publisher a part at a time. A subscription
// that is added or cancelled meanwhile is sent once, or not at all.
func TestManySubscriptionsToANewPublisher(t *testing.T) {
	const n = 5000
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	sub := pattern.NewSub(defaults())
	name := func(i int) []byte { return fmt.Appendf(nil, "topic/%05d", i) }
	for i := range n {
		if err := sub.Subscribe(name(2 * i)); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		pub := pattern.NewPub(defaults())
		var changes sync.WaitGroup
		changes.Go(func() {
			for i := range n {
				_ = sub.Unsubscribe(name(2 * i))
				_ = sub.Subscribe(name(2*i + 1))
			}
			for i := range n {
				_ = sub.Unsubscribe(name(2*i + 1))
				_ = sub.Subscribe(name(2 * i))
			}
		})
		j := join(t, sub, pub)
		changes.Wait()
		for pattern.Behind(sub) > 0 || pub.Stats().Subscriptions != n {
			if ctx.Err() != nil {
				t.Fatalf("the publisher has %d subscriptions, want %d", pub.Stats().Subscriptions, n)
			}
			runtime.Gosched()
		}
		if pub.Prefixes() != n {
			t.Fatalf("%d prefixes, want %d", pub.Prefixes(), n)
		}
		j.part()
	}
}

// No goroutine waits long for a lock while a publisher is sent many prefixes:
// each turn sends a few.
func TestManySubscriptionsAreSentInTurns(t *testing.T) {
	const n = 2000
	sub := pattern.NewSub(defaults())
	for i := range n {
		if err := sub.Subscribe(fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	p := attached(t, sub)
	turns := pattern.ConnectInTurns(sub, p)
	all := 0
	for _, sent := range turns {
		if all += sent; sent > 256 {
			t.Errorf("%d prefixes in one turn", sent)
		}
	}
	if all != n || len(turns) < n/256 {
		t.Errorf("%d prefixes in %d turns, want %d", all, len(turns), n)
	}
	var b message.Batch
	p.Out.Take(&b)
	if b.Msgs != n {
		t.Errorf("%d messages", b.Msgs)
	}
	p.Out.Detach(nil)
}

// A publisher that leaves before it was sent everything is sent no more.
func TestAPublisherLeavesWhileItIsSentPrefixes(t *testing.T) {
	sub := pattern.NewSub(defaults())
	for i := range 20_000 {
		if err := sub.Subscribe(fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		p := attached(t, sub)
		connect(t, sub, p, "").end()
		if n := p.Out.Pending(); n > 0 {
			t.Fatalf("%d messages to a publisher that has left", n)
		}
		sub.Detach(p, true)
	}
	sub.Close()
}

// A turn is how long other goroutines wait for the locks; without turns they
// would wait for all of it.
func BenchmarkSendAMillionPrefixes(b *testing.B) {
	const n = 1_000_000
	sub := pattern.NewSub(defaults())
	for i := range n {
		if err := sub.Subscribe(fmt.Appendf(nil, "topic/%07d", i*7919%n)); err != nil {
			b.Fatal(err)
		}
	}
	turns := 0
	for b.Loop() {
		turns += len(pattern.ConnectInTurns(sub, peer(sub)))
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/publisher")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(turns), "µs/turn")
}
