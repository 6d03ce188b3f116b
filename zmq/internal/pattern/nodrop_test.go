package pattern_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/actum-go/actum/zmq/internal/pattern"
)

// Anything that makes a full subscriber's mark irrelevant wakes the senders
// that wait for it, and raises CanSend.
func TestNoDropWaitsForMatchingSubscribers(t *testing.T) {
	for name, event := range map[string]func(full *joint){
		"unsubscribes": func(full *joint) { _ = full.b.Unsubscribe([]byte("a")) },
		"disconnects": func(full *joint) {
			full.a.Disconnected(full.pa)
			full.b.Disconnected(full.pb)
		},
		"leaves": func(full *joint) { full.part() },
		"has room": func(full *joint) {
			for range 8 {
				_, _ = full.b.TryRecv()
			}
		},
		"closes": func(full *joint) { full.a.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			o := hwm(4)
			o.Options.NoDrop = true
			pub := pattern.NewPub(o)
			full, other := pattern.NewSub(hwm(4)), pattern.NewSub(hwm(100))
			subscribe(t, full, "a")
			subscribe(t, other, "a")
			join(t, pub, other)
			j := join(t, pub, full)
			for pub.TrySend(msg("a")) == nil {
				expect(t, other, "a")
			}
			writable := pub.CanSend()
			<-writable
			result := make(chan error)
			for range 2 {
				go func() { result <- pub.Send(context.Background(), msg("a")) }()
			}
			for pub.Senders() < 2 {
				runtime.Gosched()
			}
			event(j)
			select {
			case <-writable:
			default:
				t.Fatal("CanSend was not raised")
			}
			if n := pub.Senders(); n > 0 && name != "has room" {
				t.Errorf("%d senders wait and were not woken", n)
			}
			for range 2 {
				if err := <-result; err != nil && name != "closes" {
					t.Error(err)
				}
			}
			for range 2 {
				if name != "closes" {
					expect(t, other, "a")
				}
			}
		})
	}
}
