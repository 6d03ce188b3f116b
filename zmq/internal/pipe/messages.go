package pipe

import "github.com/actum-go/actum/zmq/internal/message"

// PutMessages queues messages until a high-water mark is reached, or until one is
// not Sendable, and returns how many it has queued. The writer is notified of room
// only if it has called Full since.
func (o *Out) PutMessages(ms []message.Msg) (n int) {
	for n < len(ms) {
		room := len(ms) - n
		if o.limits.exceeded(o.queue.Msgs+o.taken, o.queue.Size+o.takenSize) {
			break
		}
		if o.limits.Bytes > 0 {
			room = 1 // its size decides whether there is room for the next
		} else if o.limits.Msgs > 0 {
			room = min(room, o.limits.Msgs-o.queue.Msgs-o.taken)
		}
		put := o.queue.AppendMessages(ms[n:n+room], int(o.gatherMin))
		if n += put; put < room {
			break
		}
	}
	return n
}

// NextMessages reads messages into ms until it is full or there are no more. It
// returns how many it has read. more is false if ms is not full: the In is then
// empty as after a Next that has returned false. The source is credited once for
// all messages of a batch, or earlier for creditBatch of them.
func (in *In) NextMessages(ms []message.Msg) (n int, more bool) {
	for n < len(ms) {
		got, size := in.cursor.NextMessages(ms[n:])
		if got == 0 {
			if !in.fill() {
				return n, false
			}
			continue
		}
		n += got
		in.uncredited += got
		in.uncreditedSize += size
		if in.uncredited >= int(in.creditBatch) {
			in.credit()
		}
	}
	return n, true
}
