package pipe_test

import (
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq/internal/pipe"
)

// The engine stops at the mark, and goes on when the inbox is half empty.
func TestInboxHighWaterMarks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits pipe.Limits
		size   int
		fits   int
		left   int // messages left when reading goes on
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
				in.Next() // the mark of one message is paid at once, or when there is nothing
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

// An engine that is gone is not told of room; what it has put can be read.
func TestInboxShut(t *testing.T) {
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
		t.Fatal("resumed after Shut")
	}
}
