package pipe_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// The inboxes of several connections are counted together until their messages
// are received.
func TestBacklog(t *testing.T) {
	limits := pipe.Limits{Msgs: 3}
	var b pipe.Backlog
	var all []*pipe.Inbox
	for _, n := range []int{2, 0, 1} {
		inbox := pipe.NewInbox(limits, nil)
		inbox.Open(pipe.NewIn(inbox, limits, new(readies), new(pipe.Counter)))
		for range n {
			var batch message.Batch
			batch.Append(text("x"), message.GatherMin)
			inbox.Put(batch)
		}
		b.Add(inbox)
		all = append(all, inbox)
	}
	if !b.Full(limits) || b.Full(pipe.Limits{Msgs: 4}) || b.Full(pipe.Limits{}) || !b.Full(pipe.Limits{Bytes: 3}) || b.Full(pipe.Limits{Bytes: 4}) {
		t.Error("three messages of a byte are not counted as such")
	}
	if len(b) != 2 {
		t.Errorf("%d inboxes are kept, want the 2 with messages", len(b))
	}
	all[0].Credit(1, 1)
	if b.Full(limits) {
		t.Error("full although a message was received")
	}
	all[0].Credit(1, 1)
	if both := b[:2]; b.Full(limits) || len(b) != 1 || both[1] != nil {
		t.Errorf("of %d inboxes, one is kept without a message", len(b))
	}
	all[2].Credit(1, 1)
	if b.Full(limits) || b != nil {
		t.Errorf("%d inboxes are kept when all messages are received", len(b))
	}
}
