package pipe

import "github.com/actum-go/actum/zmq/internal/message"

// In brings a socket messages from one peer. Its methods are called with the
// receiving socket's receive lock.
type In struct {
	cursor         message.Cursor
	source         Source
	reader         Reader
	uncredited     int      // messages received and not yet credited to the source
	uncreditedSize int      // their payload in bytes
	counter        *Counter // of all Ins under the lock: what was credited

	Peer        *Peer // who the messages come from
	creditBatch int32 // credit is given for so many messages at a time
	Local       bool  // they come from a socket of this process
	// Active is the pattern's: there is something to read, or it waits for one that has.
	Active bool

	ID         []byte      // the pattern's: the routing id that the messages come under; see Sender
	earlierIDs []earlierID // earlier ids of messages that are not received yet

	// The pattern's, for a peer that has connected again: the messages of one
	// connection are received before those of the next.
	Previous  *In // an earlier connection, until this In has something
	Following *In // which waits for this one
}

// name is a routing id of the next so many messages.
type earlierID struct {
	id   []byte
	msgs int
}

// Rename gives the messages that come from now on another routing id. Those that
// have come keep theirs. It takes the source's lock.
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

// Unread is how many messages have come and are not received. What still waits in
// the source, which is a socket's Out over inproc, is among them if source is set.
func (in *In) Unread(source bool) int {
	n := in.cursor.Left()
	if source {
		n += in.source.Waiting()
	}
	return n
}

// Sender is the routing id of the message that Next has returned: the one that
// the peer had when the message came. It is called once for each.
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

// NewIn makes an In that reads from source, which holds at most limits. What
// was received is counted in received, and in Uncounted until then.
func NewIn(source Source, limits Limits, reader Reader, received *Counter) *In {
	step := 1024
	if limits.Msgs > 0 {
		step = min(max(limits.Msgs/4, 1), 1<<20)
	}
	if limits.Bytes > 0 {
		step = 1
	}
	_, local := source.(*Out)
	return &In{source: source, reader: reader, creditBatch: int32(step), counter: received, Local: local}
}

// Ready tells the reader that there is something to read. It may be called by
// any goroutine, without the receive lock.
func (in *In) Ready() { in.reader.Readable(in) }

// Kick makes an In the consumer of another socket's Out: inproc.
func (in *In) Wake(bool) { in.Ready() }

// Relieve reports false: only the reader takes.
func (in *In) FlushInline() bool { return false }

// Next reads a message; false if there is none, and then Ready will be called
// when there is.
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

// Lend makes a run of what Next would return, as far as that goes without asking
// the source, or paying it: whoever takes the message that is to be paid for
// does it. See message.Cursor.Publish.
func (in *In) Publish(wanted func(topic []byte) bool) *message.Run {
	return in.cursor.Publish(int(in.creditBatch)-in.uncredited-1, wanted)
}

// Back ends the loan, and must be called before anything else. It returns how
// many messages were taken.
func (in *In) Return(r *message.Run) int {
	msgs, size := in.cursor.Return(r)
	in.uncredited += msgs
	in.uncreditedSize += size
	return msgs
}

// Uncounted is what was received and is not in the tally yet. An In that has said
// that it has nothing has counted everything.
func (in *In) Uncounted() (msgs, size int) { return in.uncredited, in.uncreditedSize }

// refill takes the next batch and reads its first message.
func (in *In) refill() (message.Msg, bool) {
	in.credit()
	if !in.cursor.Fill(in.source) {
		return message.Msg{}, false
	}
	return in.cursor.Next()
}

// Cut takes the source away: what was not taken from it stays there, for
// another. What was taken can still be read.
func (in *In) Detach() {
	in.credit()
	in.source = nothing{}
}

// nothing is a source that has nothing.
type nothing struct{}

func (nothing) Take(*message.Batch) bool { return false }
func (nothing) Credit(int, int)          {}
func (nothing) Waiting() int             { return 0 }

func (in *In) credit() {
	if in.uncredited > 0 {
		in.source.Credit(in.uncredited, in.uncreditedSize)
		in.counter.Add(in.uncredited, in.uncreditedSize)
		in.uncredited, in.uncreditedSize = 0, 0
	}
}
