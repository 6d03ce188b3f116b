package sim

import (
	"fmt"
	"strings"
	"time"
)

// traceLength is the number of events that a trace keeps.
const traceLength = 512

// ident identifies the object of an event: a letter and a number.
type ident struct {
	letter byte // 'l' listener, 'c' connecting end, 'a' accepting end, 'f' file, 'n' network
	number uint32
}

func (i ident) String() string {
	if i.letter == 0 {
		return "-"
	}
	return fmt.Sprintf("%c%d", i.letter, i.number)
}

type verb uint8

const (
	verbListen verb = iota
	verbConnect
	verbArrive
	verbAccept
	verbRead
	verbWrite
	verbTryRead
	verbTryWrite
	verbDeliver
	verbCancel
	verbReset
	verbClose
	verbDone
	verbFault
	verbFile
	verbRaise
	verbSend
	verbReceive
)

var verbNames = [...]string{
	"listen", "connect", "arrive", "accept", "read", "write",
	"try-read", "try-write", "deliver", "cancel", "reset", "close", "done", "fault", "file", "raise",
	"send-to", "receive-from",
}

var kindNames = [...]string{"nothing", "accept", "connect", "read", "write", "read-v", "write-v",
	"open", "read-at", "write-at", "sync", "stat", "transmit", "page", "receive-from", "send-to", "receive"}

// record is one event. Only Trace formats it.
type record struct {
	at   time.Duration
	verb verb
	who  ident
	n    int // bytes; for a fault, its number
	of   int // bytes asked for; for an operation that Wait returns, its kind
	err  error
}

func (r record) String() string {
	s := fmt.Sprintf("%14v %-5v %s", r.at, r.who, verbNames[r.verb])
	switch r.verb {
	case verbFault:
		return s + " " + fault(r.n).String()
	case verbRead, verbWrite, verbTryRead, verbTryWrite, verbSend, verbReceive:
		s += fmt.Sprintf(" %d of %d", r.n, r.of)
	case verbDone, verbFile:
		s += fmt.Sprintf(" %s %d", kindNames[r.of], r.n)
	case verbDeliver:
		s += fmt.Sprintf(" %d", r.n)
	}
	if r.err != nil {
		s += ": " + r.err.Error()
	}
	return s
}

// trace keeps the last events, and a digest of all.
type trace struct {
	ring   []record
	count  uint64
	digest uint64
}

func (n *Network) note(r record) {
	r.at = n.now
	t := &n.trace
	if len(t.ring) < traceLength {
		t.ring = append(t.ring, r)
	} else {
		t.ring[t.count%traceLength] = r
	}
	t.count++
	t.mix(uint64(r.at))
	t.mix(uint64(r.verb)<<40 | uint64(r.who.letter)<<32 | uint64(r.who.number))
	t.mix(uint64(r.n)<<32 ^ uint64(r.of))
}

func (t *trace) mix(word uint64) {
	t.digest = (t.digest ^ word) * 0x100000001b3
	t.digest ^= t.digest >> 29
}

// Trace returns the last events as text, one per line, oldest first: virtual time,
// object (l listener, c connecting end, a accepting end, f file, and a number), and
// what happened.
func (n *Network) Trace() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.traceText()
}

func (n *Network) traceText() string {
	t := &n.trace
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: the last %d of %d events\n", n.seed, len(t.ring), t.count)
	for i := range t.ring {
		first := t.count - uint64(len(t.ring))
		fmt.Fprintln(&b, t.ring[(first+uint64(i))%traceLength])
	}
	return b.String()
}

// Digest returns a hash of all events and their times. Two runs with the same
// events have the same digest.
func (n *Network) Digest() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.trace.digest
}
