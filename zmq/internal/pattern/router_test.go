package pattern_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/pattern"
)

func mandatory(n int) pattern.Config {
	o := hwm(n)
	o.Options.RouterMandatory = true
	return o
}

func TestRouterAddresses(t *testing.T) {
	router := pattern.NewRouter(defaults())
	a, b := pattern.NewDealer(defaults()), pattern.NewDealer(defaults())
	join(t, a, router, "a")
	join(t, b, router, "b")
	send(t, a, "from a", "part 2")
	send(t, b, "")
	expect(t, router, "a", "from a", "part 2")
	expect(t, router, "b", "")
	send(t, router, "b", "to b")
	send(t, router, "a", "to a", "")
	expect(t, a, "to a", "")
	expect(t, b, "to b")
	expectNothing(t, a)
	expectNothing(t, b)
}

// A peer without a routing id gets one that no peer can have chosen.
func TestRouterMakesIDs(t *testing.T) {
	router := pattern.NewRouter(defaults())
	seen := map[string]bool{}
	for range 5 {
		peer := pattern.NewDealer(defaults())
		join(t, peer, router)
		send(t, peer, "hello")
		m, err := router.TryRecv()
		if err != nil {
			t.Fatal(err)
		}
		id := string(m.Bytes())
		if len(id) != 5 || id[0] != 0 || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
		send(t, router, id, "back")
		expect(t, peer, "back")
	}
}

func TestRouterRefusesADuplicate(t *testing.T) {
	router := pattern.NewRouter(defaults())
	first, second := pattern.NewDealer(defaults()), pattern.NewDealer(defaults())
	j := join(t, first, router, "same")
	if _, err := tryJoin(second, router, "same"); err != pattern.ErrDuplicateID {
		t.Fatalf("the second peer: %v", err)
	}
	send(t, router, "same", "to the first")
	expect(t, first, "to the first")
	j.part()
	join(t, second, router, "same")
	send(t, router, "same", "to the second")
	expect(t, second, "to the second")
}

func TestRouterDropsOrFails(t *testing.T) {
	for _, tt := range []struct {
		options pattern.Config
		unknown error
		full    error
		drops   map[pattern.DropReason]uint64
	}{
		{hwm(2), nil, nil, map[pattern.DropReason]uint64{pattern.DropUnroutable: 2, pattern.DropHighWater: 1}},
		{mandatory(2), pattern.ErrUnroutable, pattern.ErrWouldBlock, map[pattern.DropReason]uint64{}},
	} {
		router, peer := pattern.NewRouter(tt.options), pattern.NewDealer(defaults())
		expectError(t, "before it is there", router.TrySend(msg("a", "x")), tt.unknown)
		j := join(t, peer, router, "a")
		send(t, router, "a", "1")
		send(t, router, "a", "2")
		expectError(t, "full", router.TrySend(msg("a", "3")), tt.full)
		expect(t, peer, "1")
		expect(t, peer, "2")
		expectNothing(t, peer)
		j.part()
		expectError(t, "after it has left", router.TrySend(msg("a", "x")), tt.unknown)
		expectDrops(t, router, tt.drops)
	}
}

// A mandatory ROUTER waits for room at a peer; the wait ends when the peer
// leaves.
func TestRouterWaitsForRoom(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	router, peer := pattern.NewRouter(mandatory(1)), pattern.NewDealer(defaults())
	j := join(t, peer, router, "a")
	send(t, router, "a", "1")
	result := make(chan error)
	go func() { result <- router.Send(ctx, msg("a", "2")) }()
	expect(t, peer, "1")
	expectNothing(t, peer) // credit is given for whole batches
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	go func() { result <- router.Send(ctx, msg("a", "3")) }()
	j.part()
	if err := <-result; !errors.Is(err, pattern.ErrUnroutable) {
		t.Fatalf("waiting for a peer that left: %v", err)
	}
}

func TestRouterNeedsAnAddressAndAMessage(t *testing.T) {
	router := pattern.NewRouter(defaults())
	expectError(t, "an address alone", router.TrySend(msg("a")), pattern.ErrNoFrame)
}
