package sim

import (
	"io"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// pipe carries bytes in one direction:
//
//	write → data, in flight until delivered → data, readable → read
type pipe struct {
	from, to *stream
	w, r     direction // the operations at the two ends

	data          ring      // sent and not yet read: the readable bytes, then those in flight
	limit         int       // maximum length of data
	inFlight      []segment // the parts of data that are in flight, in order
	inFlightBytes int       // number of bytes in flight
	arrival       event     // delivers the first segment in flight

	missing bool                 // this direction of a pipe does not exist
	waiter  *backend.PoolWaiter  // waits for the buffer of a receive
	granted backend.SpareBuffers // buffers granted to waiter

	fin    error // the result of a read after the last byte; nil: the stream has not ended
	broken bool  // the reading end is closed
	ending bool  // CloseWrite was called: no later write is accepted
	ended  bool  // the end of the stream was sent
	reset  bool
}

// segment is a part of the data in flight.
type segment struct {
	at  time.Duration
	n   int
	fin error // the end of the stream
}

func (p *pipe) init(from, to *stream, limit int) {
	p.from, p.to, p.limit = from, to, limit
	p.w.init(from.b, from.who, p.run)
	p.r.init(to.b, to.who, p.run)
	p.arrival.owner = p
}

func (p *pipe) readable() int { return p.data.n - p.inFlightBytes }

// readCompletes and writeCompletes report whether an operation at that end will
// complete without another operation being started.
func (p *pipe) readCompletes() bool {
	return p.missing || p.data.n > 0 || len(p.inFlight) > 0 || p.fin != nil || p.reset
}
func (p *pipe) writeCompletes() bool { return p.missing || p.data.n < p.limit || p.broken || p.reset }

// run carries out the operations that can be, at both ends.
func (p *pipe) run() {
	for p.write() || p.read() {
	}
	if p.ending && p.w.queue.Empty() {
		p.closeWriter(false)
	}
}

// write carries out one write. It reports whether it did.
func (p *pipe) write() bool {
	op := p.w.next()
	if op == nil {
		return false
	}
	if op.Kind == backend.KindTransmitFile {
		return p.transmit(op)
	}
	one := [1][]byte{op.Buf}
	v := op.Vec
	if op.Kind == backend.KindWrite {
		v = one[:]
	}
	n, err := p.tryWrite(v)
	if err == backend.ErrWouldBlock || op != p.w.queue.Head() {
		return err != backend.ErrWouldBlock // a reset has completed op
	}
	p.note(verbWrite, p.from, n, total(v), err)
	p.w.complete(op, n, err)
	return true
}

// tryWrite takes the bytes of v that fit, at least one unless v is empty.
func (p *pipe) tryWrite(v [][]byte) (int, error) {
	want := total(v)
	switch {
	case p.missing:
		return 0, p.from.errno("write", backend.EWRONGEND)
	case p.reset:
		return 0, p.from.errno("write", backend.ECONNRESET)
	case p.broken:
		return 0, p.from.errno("write", backend.EPIPE)
	case want == 0:
		return 0, nil
	case p.data.n >= p.limit:
		return 0, backend.ErrWouldBlock
	case p.from.conn.resetsNow(p.from.who):
		p.from.conn.reset()
		return 0, p.from.errno("write", backend.ECONNRESET)
	}
	n := p.net().short(shortWrite, p.from.who, min(want, p.limit-p.data.n))
	left := n
	for _, b := range v {
		b = b[:min(len(b), left)]
		p.data.put(b)
		left -= len(b)
	}
	p.send(n, nil)
	return n, nil
}

// read carries out one read. It reports whether it did.
func (p *pipe) read() bool {
	op := p.r.next()
	if op == nil {
		return false
	}
	if op.Kind == backend.KindReceive {
		return p.receive(op)
	}
	one := [1][]byte{op.Buf}
	v := op.Vec
	if op.Kind == backend.KindRead {
		v = one[:]
	}
	n, err := p.tryReadV(v)
	if err == backend.ErrWouldBlock || op != p.r.queue.Head() {
		return err != backend.ErrWouldBlock
	}
	p.note(verbRead, p.to, n, total(v), err)
	p.r.complete(op, n, err)
	return true
}

func (p *pipe) tryRead(b []byte) (int, error) {
	one := [1][]byte{b}
	return p.tryReadV(one[:])
}

// tryReadV fills v with readable bytes.
func (p *pipe) tryReadV(v [][]byte) (int, error) {
	want := total(v)
	switch {
	case p.missing:
		return 0, p.to.errno("read", backend.EWRONGEND)
	case p.reset:
		return 0, p.to.errno("read", backend.ECONNRESET)
	case want == 0:
		return 0, nil
	case p.readable() == 0 && p.fin == nil:
		return 0, backend.ErrWouldBlock
	case p.readable() == 0:
		return 0, p.fin
	case p.from.conn.resetsNow(p.to.who):
		p.to.conn.reset()
		return 0, p.to.errno("read", backend.ECONNRESET)
	}
	n := p.net().short(shortRead, p.to.who, min(want, p.readable()))
	left := n
	for _, b := range v {
		b = b[:min(len(b), left)]
		p.data.take(b)
		left -= len(b)
	}
	return n, nil
}

// send sends n bytes that are in data already, or the end of the stream. They
// arrive after everything that is in flight.
func (p *pipe) send(n int, fin error) {
	net := p.net()
	at := net.now
	if net.chance(delayed, p.from.who) {
		at += net.delay()
	} else if len(p.inFlight) == 0 {
		p.fin = fin
		return
	}
	if k := len(p.inFlight); k > 0 {
		last := &p.inFlight[k-1]
		if at = max(at, last.at); at == last.at && fin == nil {
			last.n += n
			p.inFlightBytes += n
			return
		}
	} else {
		net.schedule(&p.arrival, at)
	}
	p.inFlight = append(p.inFlight, segment{at, n, fin})
	p.inFlightBytes += n
}

// fire delivers the segments that are due.
func (p *pipe) fire(*event) {
	net := p.net()
	done := 0
	for _, s := range p.inFlight {
		if s.at > net.now {
			break
		}
		p.note(verbDeliver, p.to, s.n, 0, s.fin)
		p.inFlightBytes -= s.n
		p.fin = s.fin
		done++
	}
	p.inFlight = append(p.inFlight[:0], p.inFlight[done:]...)
	if len(p.inFlight) > 0 {
		net.schedule(&p.arrival, p.inFlight[0].at)
	}
	p.run()
}

// closeReader closes the reading end: the data is lost, and writes fail.
func (p *pipe) closeReader() {
	p.broken = true
	p.empty()
	p.run()
}

// closeWriter ends the stream after the data sent so far, or resets the reader if
// unread is set.
func (p *pipe) closeWriter(unread bool) {
	if p.broken || p.reset || p.ended && !unread {
		return
	}
	p.ended = true
	fin := io.EOF
	if unread {
		fin = p.to.errno("read", backend.ECONNRESET)
	}
	p.send(0, fin)
	p.run()
}

// empty drops all data.
func (p *pipe) empty() {
	p.data.drop()
	p.inFlight, p.inFlightBytes = nil, 0
	p.net().unschedule(&p.arrival)
}

func (p *pipe) net() *Network { return p.from.conn.net }

func (p *pipe) note(v verb, s *stream, n, of int, err error) {
	p.net().note(record{verb: v, who: s.who, n: n, of: of, err: err})
}

// total returns the number of bytes that v holds, at most maxTotal.
func total(v [][]byte) (n int) {
	for _, b := range v {
		if n += len(b); n > maxTotal {
			return maxTotal // a 32-bit int may not hold the sum
		}
	}
	return n
}

// maxTotal is larger than any buffer in a simulation.
const maxTotal = 1 << 30
