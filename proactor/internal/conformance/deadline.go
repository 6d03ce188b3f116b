package conformance

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor"
)

// short is a time for which a test waits.
const short = time.Millisecond

// timedOut waits for c, which timed out with nothing done.
func (r *fixture) timedOut(c *call) {
	r.t.Helper()
	r.wait(c)
	var timeout net.Error
	if c.err != proactor.ErrDeadlineExceeded || !errors.Is(c.err, os.ErrDeadlineExceeded) ||
		!errors.As(c.err, &timeout) || !timeout.Timeout() || c.n != 0 || c.stream != nil {
		r.t.Errorf("%v that ran out of time: %d, %v", c.op.Kind(), c.n, c.err)
	}
}

// starters returns functions that each start one kind of operation, which does not
// complete by itself.
func (r *fixture) starters() map[string]func(*proactor.Operation) {
	a, _ := r.pair()
	b, _ := r.pair()
	r.block(b)
	ln := r.listen()
	packets, err := r.d.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return map[string]func(*proactor.Operation){
		"receive-from":  func(op *proactor.Operation) { packets.ReceiveFrom(op, make([]byte, 1)) },
		"transmit":      func(op *proactor.Operation) { b.TransmitFile(op, &proactor.Transmission{Header: []byte("x")}) },
		"gather write":  func(op *proactor.Operation) { b.WriteV(op, [][]byte{[]byte("x")}) },
		"accept":        ln.Accept,
		"read":          func(op *proactor.Operation) { a.Read(op, make([]byte, 1)) },
		"scatter read":  func(op *proactor.Operation) { a.ReadV(op, [][]byte{make([]byte, 1)}) },
		"read full":     func(op *proactor.Operation) { a.ReadFull(op, make([]byte, 2)) },
		"write all":     func(op *proactor.Operation) { b.WriteAll(op, []byte("x")) },
		"waiting write": func(op *proactor.Operation) { b.Write(op, []byte("x")) },
		"timer":         func(op *proactor.Operation) { r.d.StartTimer(op, 24*time.Hour) },
		"ticker":        func(op *proactor.Operation) { r.d.StartTicker(op, 24*time.Hour) },
		"user":          func(op *proactor.Operation) { r.d.StartExternal(op, nil) },
	}
}

// testTimeout lets every kind of operation time out twice: the setting stays. The
// timeout counts from the start.
func testTimeout(r *fixture) {
	for name, start := range r.starters() {
		c := r.call(nil)
		c.op.SetTimeout(short)
		for range 2 {
			begun := r.d.Now()
			start(c.start())
			r.timedOut(c)
			if passed := r.d.Now() - begun; passed < short {
				r.t.Errorf("%s: a timeout of %v came after %v", name, short, passed)
			}
		}
		c.op.SetTimeout(-1)
		start(c.start())
		r.timedOut(c)
	}
}

// testTimeoutOfWhatWaits: an operation that waits behind others times out without
// them.
func testTimeoutOfWhatWaits(r *fixture) {
	a, b := r.pair()
	first, second, third := r.call(nil), r.call(nil), r.call(nil)
	second.op.SetTimeout(short)
	var got [3][1]byte
	a.Read(first.start(), got[0][:])
	a.Read(second.start(), got[1][:])
	a.Read(third.start(), got[2][:])
	r.timedOut(second)
	r.write(b, []byte("xy"))
	r.ok(first)
	r.ok(third)
	if got != [3][1]byte{{'x'}, {}, {'y'}} {
		r.t.Errorf("read %q", got)
	}
}

// testTimeoutInTime: a timeout does not affect an operation that completes before,
// nor the next start of the same operation.
func testTimeoutInTime(r *fixture) {
	a, b := r.pair()
	read, timer := r.call(nil), r.call(nil)
	buf := make([]byte, 1)
	for _, timeout := range []time.Duration{time.Hour, 1<<63 - 1} {
		read.op.SetTimeout(timeout)
		timer.op.SetTimeout(timeout)
		for range 10 {
			b.Read(read.start(), buf)
			r.write(a, []byte("x"))
			r.ok(read)
			r.d.StartTimer(timer.start(), 0)
			r.ok(timer)
		}
	}
	read.op.SetTimeout(short)
	r.write(a, []byte("x"))
	b.Read(read.start(), buf)
	r.wait(read) // in time, unless the machine is busy
	read.op.SetTimeout(0)
	if read.err != nil {
		b.Read(read.start(), buf)
		r.ok(read)
	}
	b.Read(read.start(), buf)
	r.d.StartTimer(timer.start(), 3*short)
	r.ok(timer)
	if !read.op.Outstanding() {
		r.t.Errorf("the timeout of an earlier start ended this one: %v", read.err)
	}
}

// testTimeoutOfParts: bytes moved before the timeout count.
func testTimeoutOfParts(r *fixture) {
	const size = 8 << 20
	a, b := r.pair()
	data := pattern(size)
	sent := 0
	write := r.call(nil)
	write.op.SetTimeout(short)
	for write.err == nil && sent < size {
		a.Write(write.start(), data[sent:])
		r.wait(write)
		sent += write.n
	}
	if write.err != proactor.ErrDeadlineExceeded || write.n != 0 {
		r.t.Errorf("write to a stream whose peer does not read: %d, %v", write.n, write.err)
	}
	got := make([]byte, sent)
	r.read(b, got)
	if !bytes.Equal(got, data[:sent]) {
		r.t.Error("the bytes read are not the bytes written")
	}
}

func testDeadline(r *fixture) {
	a, b := r.pair()
	read := r.call(nil)
	buf := make([]byte, 1)
	read.op.SetDeadline(time.Now().Add(short))
	for range 2 { // it passes during the first, before the second
		b.Read(read.start(), buf)
		r.timedOut(read)
	}
	read.op.SetTimeout(time.Hour) // the earlier one counts
	b.Read(read.start(), buf)
	r.timedOut(read)
	read.op.SetDeadline(time.Now().Add(time.Hour))
	read.op.SetTimeout(short)
	b.Read(read.start(), buf)
	r.timedOut(read)
	read.op.SetDeadline(time.Time{})
	read.op.SetTimeout(0)
	b.Read(read.start(), buf)
	r.write(a, []byte("x"))
	r.ok(read)
}

var errCause = errors.New("the reason")

// endedByContext waits for c, which its context ends. It does not let virtual time
// jump, because contexts use real time.
func (r *fixture) endedByContext(c *call, cause error) {
	r.t.Helper()
	for until := time.Now().Add(stuckAfter); !c.idle() && time.Now().Before(until); runtime.Gosched() {
		if _, err := r.d.Poll(); err != nil {
			r.t.Fatal(err)
		}
	}
	if !errors.Is(c.err, cause) || c.n != 0 || c.stream != nil {
		r.t.Errorf("%v whose context is done: %d, %v", c.op.Kind(), c.n, c.err)
	}
}

func testContext(r *fixture) {
	a, b := r.pair()
	ctx, cancel := context.WithCancelCause(context.Background())
	read, never := r.call(nil), r.call(nil)
	buf := make([]byte, 1)
	read.op.SetContext(ctx)
	never.op.SetContext(context.Background())
	b.Read(read.start(), buf)
	r.write(a, []byte("x"))
	r.ok(read)
	b.Read(read.start(), buf)
	b.Read(never.start(), buf)
	cancel(errCause)
	r.endedByContext(read, errCause)
	b.Read(read.start(), buf) // the context is done already
	r.endedByContext(read, errCause)
	read.op.SetContext(context.Background())
	r.write(a, []byte("yz"))
	r.ok(never)
	b.Read(read.start(), buf)
	r.ok(read)
}

func testContextOfEachKind(r *fixture) {
	for _, start := range r.starters() {
		ctx, cancel := context.WithCancel(context.Background())
		c := r.call(nil)
		c.op.SetContext(ctx)
		start(c.start())
		go cancel()
		r.endedByContext(c, context.Canceled)
	}
}

func testSettingsWhileOutstanding(r *fixture) {
	c := r.call(nil)
	r.d.Post(c.start())
	for name, set := range map[string]func(){
		"SetTimeout":     func() { c.op.SetTimeout(1) },
		"SetDeadline":    func() { c.op.SetDeadline(time.Now()) },
		"SetContext":     func() { c.op.SetContext(context.Background()) },
		"SetCancelGroup": func() { c.op.SetCancelGroup(new(proactor.CancelGroup)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					r.t.Errorf("%s of an outstanding operation did not panic", name)
				}
			}()
			set()
		}()
	}
	r.ok(c)
}

// testTimeoutRace lets reads and writes time out while bytes flow: no byte is lost
// or duplicated.
func testTimeoutRace(r *fixture) {
	flow(r, func(read, write *proactor.Operation) (stop func()) {
		read.SetTimeout(5 * time.Microsecond)
		write.SetTimeout(7 * time.Microsecond)
		return func() {}
	})
}

// testContextRace cancels reads and writes through contexts, from another
// goroutine, while bytes flow.
func testContextRace(r *fixture) {
	var current atomic.Pointer[context.CancelFunc]
	renew := func(op *proactor.Operation) {
		ctx, cancel := context.WithCancel(context.Background())
		op.SetContext(ctx)
		if before := current.Swap(&cancel); before != nil {
			(*before)()
		}
	}
	flow(r, func(read, write *proactor.Operation) func() {
		renewAll := func() { renew(read) }
		write.Token = func() { renew(write) }
		read.Token = renewAll
		var canceller sync.WaitGroup
		var stop atomic.Bool
		canceller.Go(func() {
			for !stop.Load() {
				if cancel := current.Load(); cancel != nil {
					(*cancel)()
				}
			}
		})
		return func() { stop.Store(true); canceller.Wait(); (*current.Load())() }
	})
}

// flow sends bytes over a stream with a read and a write that disturb ends early now
// and then. It calls their tokens before each start.
func flow(r *fixture, disturb func(read, write *proactor.Operation) (stop func())) {
	const size = 256 << 10
	a, b := r.pair()
	data, got := pattern(size), make([]byte, size)
	sent, received := 0, 0
	check := func(c *call) {
		if c.err != nil && !errors.Is(c.err, context.Canceled) && !errors.Is(c.err, os.ErrDeadlineExceeded) {
			r.t.Errorf("%v: %v", c.op.Kind(), c.err)
		}
		if c.err != nil && c.n != 0 {
			r.t.Errorf("%v: %d bytes and %v", c.op.Kind(), c.n, c.err)
		}
	}
	var write, read *call
	again := func(c *call) *proactor.Operation {
		if prepare, ok := c.op.Token.(func()); ok {
			prepare()
		}
		return c.start()
	}
	write = r.call(func() {
		check(write)
		if sent += write.n; sent < size {
			a.Write(again(write), data[sent:min(sent+3000, size)])
		}
	})
	read = r.call(func() {
		check(read)
		if received += read.n; received < size {
			b.Read(again(read), got[received:min(received+2000, size)])
		}
	})
	stop := disturb(&read.op, &write.op)
	a.Write(again(write), data[:3000])
	b.Read(again(read), got[:2000])
	r.until("all bytes", func() bool { return received == size && write.idle() && read.idle() })
	stop()
	if !bytes.Equal(got, data) {
		r.t.Error("the bytes read are not the bytes written")
	}
}
