package message_test

import (
	"math/rand/v2"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Any number of bytes of a batch were written: the messages that are wholly
// among them are dropped. All others are kept whole and in order, and can be
// put before the messages that were sent meanwhile.
func TestDropWritten(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 4))
		var sent []message.Msg
		for range 1 + r.IntN(6) {
			sent = append(sent, randomMsg(r))
		}
		total := batchOf(sent)
		for n := 0; n <= total.WireSize(); n = nextCut(r, sent, n) {
			b := batchOf(sent)
			gone, size := wholly(sent, n)
			if msgs, left := b.DropWritten(n); msgs != gone || left != size {
				t.Fatalf("seed %d: %d messages of %d bytes have left with %d bytes, want %d of %d", seed, msgs, left, n, gone, size)
			}
			if b.Msgs != len(sent)-gone || b.Size != total.Size-size {
				t.Fatalf("seed %d: %d messages of %d bytes count as left after %d bytes", seed, b.Msgs, b.Size, n)
			}
			later := randomMsg(r)
			back := batchOf([]message.Msg{later})
			back.Prepend(&b)
			if want := append(sent[gone:len(sent):len(sent)], later); !equal(read(back), want) {
				t.Fatalf("seed %d: other messages are left after %d bytes", seed, n)
			}
		}
	}
}

// nextCut returns the next byte near the end of a message; elsewhere it takes
// steps of any size.
func nextCut(r *rand.Rand, sent []message.Msg, n int) int {
	next := n + 1 + r.IntN(700)
	end := 0
	for _, m := range sent {
		end += len(wireForm(m))
		for near := end - 2; near <= end+10; near++ {
			if near > n {
				next = min(next, near)
			}
		}
	}
	return next
}

func batchOf(list []message.Msg) (b message.Batch) {
	for _, m := range list {
		b.Append(m, message.GatherMin)
	}
	return b
}

// wholly returns how many messages end within n bytes, and their payload.
func wholly(sent []message.Msg, n int) (msgs, size int) {
	for _, m := range sent {
		if n -= len(wireForm(m)); n < 0 {
			break
		}
		msgs++
		size += m.Size()
	}
	return msgs, size
}

// Memory of bodies that were written is released, the other bodies keep their
// holds.
func TestDropWrittenReleasesWhatHasLeft(t *testing.T) {
	first, second := message.Alloc(message.GatherMin), message.Alloc(message.GatherMin)
	b := batchOf([]message.Msg{first, second})
	for i := range second.Bytes() {
		second.Bytes()[i] = 7
	}
	n := len(wireForm(first))
	first.Release()
	b.DropWritten(n + 1)
	for range 100 { // none of these may get the second one's memory
		m := message.Alloc(message.GatherMin)
		clear(m.Bytes())
	}
	if kept := read(b); len(kept) != 1 || !kept[0].Equal(&second) {
		t.Error("a message that was kept has changed")
	}
}

// Subscriptions are dropped from among the messages, which stay as they are.
func TestDropSubscriptions(t *testing.T) {
	var page message.SharedPage
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 5))
		var b message.Batch
		var kept []message.Msg
		size := 0
		for range r.IntN(12) {
			m := randomMsg(r)
			switch shared, ok := page.Frame(m); {
			case r.IntN(2) == 0:
				b.AppendSubscription(wire.Subscription{Action: wire.Subscribe, Topic: make([]byte, r.IntN(300))})
				continue
			case ok && r.IntN(2) == 0:
				b.AppendShared(&shared)
			default:
				b.Append(m, message.GatherMin)
			}
			kept = append(kept, m)
			size += m.Size()
		}
		b.DropSubscriptions()
		if b.Msgs != len(kept) || b.Size != size || !equal(read(b), kept) {
			t.Fatalf("seed %d: %d messages of %d bytes are left, want %d of %d", seed, b.Msgs, b.Size, len(kept), size)
		}
	}
}
