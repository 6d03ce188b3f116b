package pipe

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// In brings a socket the messages of one peer. The caller of its methods holds
// the receiving socket's receive lock.
type In struct {
	cursor         message.Cursor
	source         Source
	reader         Reader
	uncredited     int      // messages received and not yet credited to the source
	uncreditedSize int      // their payload in bytes
	counter        *Counter // of all Ins under the lock: the messages that were credited

	Peer        *Peer // the sender of the messages
	creditBatch int32 // the source is credited for this number of messages at a time
	Local       bool  // the source is a socket of this process
	// Active is the pattern's: the In has something to read, or waits for one
	// that has.
	Active bool

	ID         []byte      // the pattern's: the routing id of messages that come now; see Sender
	earlierIDs []earlierID // routing ids of messages that have come before and are not received yet

	// The pattern's, for a peer that has connected again: the messages of one
	// connection are received before those of the next.
	Previous  *In // an earlier connection's, until this In has something to read
	Following *In // the In that waits for this one
}

// earlierID is the routing id of the next msgs messages.
type earlierID struct {
	id   []byte
	msgs int
}

// Rename gives the messages that come from now on another routing id. Messages
// that have come keep theirs. It takes the source's lock.
func (in *In) Rename(id []byte) {
	left := in.cursor.Left() + in.source.Waiting()
	for _, w := range in.earlierIDs {
		left -= w.msgs
	}
	if left > 0 {
		in.earlierIDs = append(in.earlierIDs, earlierID{in.ID, left})
	}
	in.ID = id
}

// Unread returns how many messages have come and are not received. With source
// set it includes those that wait in the source, which over inproc is a
// socket's Out.
func (in *In) Unread(source bool) int {
	n := in.cursor.Left()
	if source {
		n += in.source.Waiting()
	}
	return n
}

// Sender returns the routing id of the message that Next has returned: the
// peer's id when the message came. It must be called exactly once for each
// message.
func (in *In) Sender() []byte {
	if len(in.earlierIDs) == 0 {
		return in.ID
	}
	w := &in.earlierIDs[0]
	id := w.id
	if w.msgs--; w.msgs == 0 {
		in.earlierIDs = in.earlierIDs[1:]
	}
	return id
}

// NewIn makes an In that reads from source, which holds at most limits.
// Received messages are counted in received once they are credited; see
// Uncounted.
func NewIn(source Source, limits Limits, reader Reader, received *Counter) *In {
	_, local := source.(*Out)
	return &In{source: source, reader: reader, creditBatch: creditBatch(limits), counter: received, Local: local}
}

// creditBatch returns for how many messages at a time a source with these limits
// is credited.
func creditBatch(limits Limits) int32 {
	switch {
	case limits.Bytes > 0:
		return 1
	case limits.Msgs > 0:
		return int32(min(max(limits.Msgs/4, 1), 1<<20))
	default:
		return 1024
	}
}

// SetLimits replaces the receiver's high-water marks, here and at the source.
func (in *In) SetLimits(limits Limits) {
	in.creditBatch = creditBatch(limits)
	in.source.SetReceiverLimits(limits)
}

// Ready notifies the reader that there is something to read. Any goroutine may
// call it, without the receive lock.
func (in *In) Ready() { in.reader.Readable(in) }

// Wake implements Consumer: over inproc an In is the consumer of another
// socket's Out.
func (in *In) Wake(bool) { in.Ready() }

// FlushInline implements Consumer. It returns false: only the reader takes
// messages.
func (in *In) FlushInline() bool { return false }

// Next reads a message. It returns false if there is none; Ready is then called
// when there is one.
func (in *In) Next() (message.Msg, bool) {
	m, ok := in.cursor.Next()
	if !ok {
		if m, ok = in.refill(); !ok {
			return message.Msg{}, false
		}
	}
	in.uncredited++
	in.uncreditedSize += m.Size()
	if in.uncredited >= int(in.creditBatch) {
		in.credit()
	}
	return m, true
}

// Item is what a publisher's peer has sent: a message or a subscription.
type Item struct {
	message.Msg       // of a subscription: the message that it is in ZMTP 3.0
	subscription bool // it is one
}

// Subscription returns the subscription; false if the item is a message. Its
// topic is valid until the Item's Release.
func (i *Item) Subscription() (s wire.Subscription, ok bool) {
	if i.subscription {
		s, ok = wire.ParseSubscription(i.Bytes())
	}
	return s, ok
}

// NextItem is Next for sockets whose peers send subscriptions. Messages and
// subscriptions of one connection come in the order in which the peer sent them.
func (in *In) NextItem() (Item, bool) {
	if in.cursor.Done() && !in.fill() {
		return Item{}, false
	}
	i := Item{subscription: in.cursor.AtSubscription()}
	i.Msg, _ = in.Next()
	return i, true
}

// Publish makes a Run of the messages that Next would return. It stops before
// the source would have to be asked or credited: the Next that receives the
// message to be credited does that. See message.Cursor.Publish.
func (in *In) Publish(wanted func(topic []byte) bool) *message.Run {
	return in.cursor.Publish(int(in.creditBatch)-in.uncredited-1, wanted)
}

// Return takes back the rest of a Run; it must be called before any other
// method. It returns how many messages were taken.
func (in *In) Return(r *message.Run) int {
	msgs, size := in.cursor.Return(r)
	in.uncredited += msgs
	in.uncreditedSize += size
	return msgs
}

// Uncounted returns the messages that were received and are not counted yet.
// After Next has returned false there are none.
func (in *In) Uncounted() (msgs, size int) { return in.uncredited, in.uncreditedSize }

// refill takes the next batch and reads its first message.
func (in *In) refill() (message.Msg, bool) {
	if !in.fill() {
		return message.Msg{}, false
	}
	return in.cursor.Next()
}

// fill takes the next batch, when all messages of the last one have been read.
func (in *In) fill() bool {
	in.credit()
	return in.cursor.Fill(in.source)
}

// Detach takes the source away. Messages that were not taken stay in the
// source, for another In. Messages that were taken can still be read.
func (in *In) Detach() {
	in.credit()
	in.source = nothing{}
}

// nothing is a source that is always empty.
type nothing struct{}

func (nothing) Take(*message.Batch) bool { return false }
func (nothing) Credit(int, int)          {}
func (nothing) Waiting() int             { return 0 }
func (nothing) SetReceiverLimits(Limits) {}

func (in *In) credit() {
	if in.uncredited > 0 {
		in.source.Credit(in.uncredited, in.uncreditedSize)
		in.counter.Add(in.uncredited, in.uncreditedSize)
		in.uncredited, in.uncreditedSize = 0, 0
	}
}
