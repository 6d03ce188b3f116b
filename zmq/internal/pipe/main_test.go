package pipe_test

import (
	"sync"
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// text is a message of one frame.
func text(s string) message.Msg { return message.Single([]byte(s)) }

// texts are the messages of a batch, one frame each.
func texts(b message.Batch) (all []string) {
	var c message.Cursor
	c.Load(b)
	for m, ok := c.Next(); ok; m, ok = c.Next() {
		all = append(all, string(m.Bytes()))
	}
	return all
}

// sender is the pattern's side of an Out.
type sender struct {
	sync.Mutex
	*pipe.Out
	sent pipe.Counter
	room int // number of notifications of room
}

// Writable implements pipe.Writer.
func (s *sender) Writable(*pipe.Out) { s.room++ }

func newSender(limits pipe.Limits) *sender {
	s := &sender{}
	s.Out = pipe.NewOut(&s.Mutex, limits, message.GatherMin, s, &s.sent)
	return s
}

// put sends a message as a pattern does: it reports whether there was room, and
// wakes an idle consumer.
func (s *sender) put(m message.Msg) bool {
	s.Lock()
	full := s.Full()
	var woken pipe.Consumer
	if !full {
		s.Put(m)
		woken = s.Activate()
	}
	s.Unlock()
	if woken != nil {
		woken.Wake(true)
	}
	return !full
}

// wakes counts how many times a consumer was woken.
type wakes int

// Wake implements pipe.Consumer.
func (k *wakes) Wake(bool) { *k++ }

func (k *wakes) FlushInline() bool { return false }

// readies counts how many times a reader was notified.
type readies int

// Readable implements pipe.Reader.
func (r *readies) Readable(*pipe.In) { *r++ }
