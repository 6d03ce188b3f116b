package pattern_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/pattern"
)

func subscribe(t *testing.T, s *pattern.Socket, all ...string) {
	t.Helper()
	for _, prefix := range all {
		if err := s.Subscribe([]byte(prefix)); err != nil {
			t.Fatal(err)
		}
	}
}

func unsubscribe(t *testing.T, s *pattern.Socket, prefix string) {
	t.Helper()
	if err := s.Unsubscribe([]byte(prefix)); err != nil {
		t.Fatal(err)
	}
}

// A subscriber gets one copy, however many of its prefixes match.
func TestFanOutOneCopyEach(t *testing.T) {
	pub := pattern.NewPub(defaults())
	subs := map[string]*pattern.Socket{}
	for name, prefixes := range map[string][]string{
		"all": {""}, "a": {"a"}, "overlapping": {"", "a", "ab", "abc", "abcd"}, "other": {"b"}, "none": nil,
	} {
		subs[name] = pattern.NewSub(defaults())
		subscribe(t, subs[name], prefixes...)
		join(t, pub, subs[name])
	}
	send(t, pub, "abc", "body")
	send(t, pub, "", "empty topic")
	for _, name := range []string{"all", "overlapping"} {
		expect(t, subs[name], "abc", "body")
		expect(t, subs[name], "", "empty topic")
	}
	expect(t, subs["a"], "abc", "body")
	for name, s := range subs {
		expectNothing(t, s)
		if n := s.Stats().Dropped[pattern.DropNotSubscribed]; n > 0 {
			t.Errorf("%s was sent %d messages that it has not subscribed to", name, n)
		}
	}
	expectDrops(t, pub, map[pattern.DropReason]uint64{})
}

// A full subscriber misses messages; the others do not, and the sender does not
// wait.
func TestFanOutDropsAtTheHighWaterMark(t *testing.T) {
	pub := pattern.NewPub(hwm(3))
	slow, fast := pattern.NewSub(defaults()), pattern.NewSub(defaults())
	for _, s := range []*pattern.Socket{slow, fast} {
		subscribe(t, s, "")
		join(t, pub, s)
	}
	for range 10 {
		send(t, pub, "x")
		expect(t, fast, "x")
		expectNothing(t, fast)
	}
	for range 3 {
		expect(t, slow, "x")
	}
	expectNothing(t, slow)
	expectDrops(t, pub, map[pattern.DropReason]uint64{pattern.DropHighWater: 7})
	send(t, pub, "again")
	expect(t, slow, "again")
}

func TestPubWithoutSubscribers(t *testing.T) {
	pub, sub := pattern.NewPub(defaults()), pattern.NewSub(defaults())
	send(t, pub, "without a peer")
	join(t, pub, sub)
	send(t, pub, "without a peer")
	subscribe(t, sub, "a")
	send(t, pub, "not a")
	expectNothing(t, sub)
	expectDrops(t, pub, map[pattern.DropReason]uint64{pattern.DropNoSubscriber: 3})
}

// Subscriptions are counted; publishers are sent only the first and the last
// one.
func TestSubscriptionsAreCounted(t *testing.T) {
	pub, sub := pattern.NewPub(defaults()), pattern.NewSub(defaults())
	join(t, pub, sub)
	subscribe(t, sub, "a", "a", "b")
	unsubscribe(t, sub, "a")
	send(t, pub, "a1")
	expect(t, sub, "a1")
	if n := pub.Stats().Subscriptions; n != 2 {
		t.Fatalf("the publisher has %d subscriptions, want 2", n)
	}
	unsubscribe(t, sub, "a")
	unsubscribe(t, sub, "a") // one too many
	unsubscribe(t, sub, "never asked for")
	send(t, pub, "a2")
	send(t, pub, "b")
	expect(t, sub, "b")
	expectNothing(t, sub)
	subscribe(t, sub, "a") // the one too many does not count
	send(t, pub, "a3")
	expect(t, sub, "a3")
	if got := pub.Stats().Received.Msgs; got != 4 { // +a +b -a +a
		t.Errorf("the publisher was sent %d messages, want 4", got)
	}
}

// A publisher that comes later is sent all subscriptions.
func TestSubscribeBeforeThePublisherComes(t *testing.T) {
	sub := pattern.NewSub(defaults())
	subscribe(t, sub, "a", "b", "c")
	unsubscribe(t, sub, "b")
	for range 2 {
		pub := pattern.NewPub(defaults())
		join(t, pub, sub)
		if n := pub.Stats().Subscriptions; n != 2 {
			t.Fatalf("sent %d subscriptions, want 2", n)
		}
	}
}

// A message that was on its way when the subscription ended is dropped and
// counted.
func TestSubFiltersWhatComes(t *testing.T) {
	sub, rude := pattern.NewSub(defaults()), pattern.NewDealer(defaults())
	subscribe(t, sub, "a")
	join(t, rude, sub)
	expect(t, rude, "\x01a")
	send(t, rude, "b")
	send(t, rude, "a")
	expect(t, sub, "a")
	expectDrops(t, sub, map[pattern.DropReason]uint64{pattern.DropNotSubscribed: 1})
}

// A peer that leaves is removed with its subscriptions; another peer's stay.
func TestPubForgetsWhoLeft(t *testing.T) {
	pub := pattern.NewPub(defaults())
	a, b := pattern.NewSub(defaults()), pattern.NewSub(defaults())
	subscribe(t, a, "x", "y")
	subscribe(t, b, "x")
	gone := join(t, pub, a)
	join(t, pub, b)
	gone.part()
	send(t, pub, "x")
	send(t, pub, "y")
	expect(t, b, "x")
	expectNothing(t, a)
	if s := pub.Stats(); s.Subscriptions != 1 || s.Peers != 1 || s.Dropped[pattern.DropNoSubscriber] != 1 {
		t.Fatalf("%+v", s)
	}
	join(t, pub, a) // and comes back
	send(t, pub, "y")
	expect(t, a, "y")
}

// A peer cannot subscribe twice to the same prefix, and malformed messages are
// counted.
func TestPubGetsMalformedMessages(t *testing.T) {
	pub, peer := pattern.NewPub(defaults()), pattern.XSub.New(defaults())
	join(t, pub, peer)
	for _, said := range []string{"\x01a", "\x01a", "\x00never", "\x02a", "", "hello"} {
		send(t, peer, said)
	}
	send(t, pub, "abc")
	expect(t, peer, "abc")
	expectNothing(t, peer)
	expectDrops(t, pub, map[pattern.DropReason]uint64{pattern.DropUnexpected: 3})
	send(t, peer, "\x00a") // one is enough for two subscriptions
	send(t, pub, "abc")
	expectNothing(t, peer)
}
