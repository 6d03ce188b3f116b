package pipe_test

import (
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// The engine stops at the mark, and continues when the inbox is half empty.
func TestInboxHighWaterMarks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits pipe.Limits
		size   int
		fits   int
		left   int // messages left when reading continues
	}{
		// Credit for a message comes with the next batch, or a quarter of the mark at once.
		{"messages", pipe.Limits{Msgs: 8}, 1, 8, 3},
		{"one message", pipe.Limits{Msgs: 1}, 1, 1, 0},
		{"bytes", pipe.Limits{Bytes: 100}, 25, 4, 2},
		{"larger than the mark in bytes", pipe.Limits{Bytes: 10}, 1000, 1, 0},
		{"both", pipe.Limits{Msgs: 8, Bytes: 4}, 2, 2, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resumed := 0
			inbox := pipe.NewInbox(tt.limits, func() { resumed++ })
			in := pipe.NewIn(inbox, tt.limits, new(readies), new(pipe.Counter))
			inbox.Open(in)
			body := strings.Repeat("x", tt.size)
			n := 0
			for ; inbox.Room() > 0; n++ {
				inbox.Put(batchOf(body))
			}
			if n != tt.fits {
				t.Fatalf("%d messages fit, want %d", n, tt.fits)
			}
			for left := n; left > tt.left; left-- {
				if resumed != 0 {
					t.Fatalf("resumed with %d messages left, want %d", left, tt.left)
				}
				in.Next()
			}
			if tt.left == 0 {
				in.Next() // a mark of one message is credited at once, others when there is nothing
			}
			if resumed != 1 {
				t.Fatalf("resumed %d times with %d messages left", resumed, tt.left)
			}
			if inbox.Room() == 0 {
				t.Fatal("no room after resume")
			}
		})
	}
}

func TestInboxRoomCountsDown(t *testing.T) {
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 8}, nil)
	inbox.Open(pipe.NewIn(inbox, pipe.Limits{Msgs: 8}, new(readies), new(pipe.Counter)))
	inbox.Put(batchOf("a", "b", "c"))
	if room := inbox.Room(); room != 5 {
		t.Fatalf("room for %d, want 5", room)
	}
	if msgs, size := inbox.Queued(); msgs != 3 || size != 3 {
		t.Fatalf("%d messages, %d bytes queued", msgs, size)
	}
	unlimited := pipe.NewInbox(pipe.Limits{}, nil)
	if unlimited.Room() < 1<<30 {
		t.Fatal("no limit is a limit")
	}
}

// An engine that is gone is not resumed; batches that it has put can be read.
func TestInboxClose(t *testing.T) {
	resumed := 0
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 2}, func() { resumed++ })
	in := pipe.NewIn(inbox, pipe.Limits{Msgs: 2}, new(readies), new(pipe.Counter))
	inbox.Open(in)
	inbox.Put(batchOf("a", "b"))
	if inbox.Room() != 0 {
		t.Fatal("not full")
	}
	inbox.Close()
	for _, want := range []string{"a", "b"} {
		if m, ok := in.Next(); !ok || string(m.Bytes()) != want {
			t.Fatalf("got %q, %v, want %q", m.Bytes(), ok, want)
		}
	}
	if resumed != 0 {
		t.Fatal("resumed after Close")
	}
}

// An Inbox without its limits takes anything. Unlimit returns true once if the
// engine waits for room.
func TestInboxUnlimit(t *testing.T) {
	for _, full := range []bool{false, true} {
		resumed := 0
		inbox := pipe.NewInbox(pipe.Limits{Msgs: 1}, func() { resumed++ })
		in := pipe.NewIn(inbox, pipe.Limits{Msgs: 1}, new(readies), new(pipe.Counter))
		inbox.Open(in)
		inbox.Put(batchOf("a"))
		if full && inbox.Room() != 0 {
			t.Fatal("not full")
		}
		if waits := inbox.Unlimit(); waits != full {
			t.Errorf("full: %t, but the engine waits: %t", full, waits)
		}
		if inbox.Unlimit() || inbox.Room() < 1<<30 {
			t.Errorf("full: %t, room for %d messages", full, inbox.Room())
		}
		inbox.Put(batchOf("b", "c"))
		if n := inbox.Waiting(); n != 3 {
			t.Errorf("%d messages wait, want 3", n)
		}
		for range 4 {
			in.Next()
		}
		if resumed != 0 {
			t.Error("an engine that does not wait was resumed")
		}
	}
}

// An Inbox does not keep messages that were taken, while others wait.
func TestInboxKeepsNothing(t *testing.T) {
	inbox, _ := reading(new(pipe.Counter))
	put := func() weak.Pointer[[4096]byte] {
		body := new([4096]byte)
		b := message.Batch{}
		b.Append(message.Single(body[:]), message.GatherMin)
		inbox.Put(b)
		return weak.Make(body)
	}
	body := put()
	put()
	func() {
		var b message.Batch
		if !inbox.Take(&b) || b.Size != 4096 {
			t.Fatalf("took %d bytes", b.Size)
		}
	}()
	runtime.GC()
	if body.Value() != nil {
		t.Error("a message that was taken is kept")
	}
	if inbox.Waiting() != 1 {
		t.Errorf("%d messages wait, want 1", inbox.Waiting())
	}
	for _, want := range []bool{true, false, false} {
		var b message.Batch
		if inbox.Take(&b) != want || (b.Msgs > 0) != want {
			t.Errorf("took %d messages", b.Msgs)
		}
	}
}

// Changed limits hold at once: the engine of a full Inbox is notified of room, and
// an Inbox without limits stays so.
func TestInboxSetReceiverLimits(t *testing.T) {
	resumed := 0
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 2}, func() { resumed++ })
	in := pipe.NewIn(inbox, pipe.Limits{Msgs: 2}, new(readies), new(pipe.Counter))
	inbox.Open(in)
	inbox.Put(batchOf("a", "b"))
	in.SetLimits(pipe.Limits{Msgs: 5})
	if resumed != 0 || inbox.Room() != 3 {
		t.Errorf("resumed %d times, room for %d", resumed, inbox.Room())
	}
	in.SetLimits(pipe.Limits{Msgs: 1})
	if inbox.Room() != 0 {
		t.Errorf("room for %d beyond the limit", inbox.Room())
	}
	in.SetLimits(pipe.Limits{Msgs: 2})
	if resumed != 0 {
		t.Error("resumed without room")
	}
	in.SetLimits(pipe.Limits{Msgs: 3})
	in.SetLimits(pipe.Limits{Msgs: 4})
	if resumed != 1 || inbox.Room() != 2 {
		t.Errorf("resumed %d times, room for %d", resumed, inbox.Room())
	}
	inbox.Unlimit()
	in.SetLimits(pipe.Limits{Msgs: 1})
	if inbox.Room() < 1<<30 {
		t.Error("limited again")
	}
}
