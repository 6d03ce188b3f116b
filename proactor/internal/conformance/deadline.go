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
func (f *fixture) timedOut(c *call) {
	f.t.Helper()
	f.wait(c)
	var timeout net.Error
	if c.err != proactor.ErrDeadlineExceeded || !errors.Is(c.err, os.ErrDeadlineExceeded) ||
		!errors.As(c.err, &timeout) || !timeout.Timeout() || c.n != 0 || c.stream != nil {
		f.t.Errorf("%v that ran out of time: %d, %v", c.op.Kind(), c.n, c.err)
	}
}

// starters returns functions that each start one kind of operation, which does not
// complete by itself.
func (f *fixture) starters() map[string]func(*proactor.Operation) {
	a, _ := f.pair()
	b, _ := f.pair()
	f.block(b)
	ln := f.listen()
	packets, err := f.d.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		f.t.Fatal(err)
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
		"timer":         func(op *proactor.Operation) { f.d.StartTimer(op, 24*time.Hour) },
		"ticker":        func(op *proactor.Operation) { f.d.StartTicker(op, 24*time.Hour) },
		"user":          func(op *proactor.Operation) { f.d.StartExternal(op, nil) },
	}
}

// testTimeout lets every kind of operation time out twice: the setting stays. The
// timeout counts from the start.
func testTimeout(f *fixture) {
	for name, start := range f.starters() {
		c := f.call(nil)
		c.op.SetTimeout(short)
		for range 2 {
			begun := f.d.Now()
			start(c.start())
			f.timedOut(c)
			if passed := f.d.Now() - begun; passed < short {
				f.t.Errorf("%s: a timeout of %v came after %v", name, short, passed)
			}
		}
		c.op.SetTimeout(-1)
		start(c.start())
		f.timedOut(c)
	}
}

// testTimeoutOfWhatWaits: an operation that waits behind others times out without
// them.
func testTimeoutOfWhatWaits(f *fixture) {
	a, b := f.pair()
	first, second, third := f.call(nil), f.call(nil), f.call(nil)
	second.op.SetTimeout(short)
	var got [3][1]byte
	a.Read(first.start(), got[0][:])
	a.Read(second.start(), got[1][:])
	a.Read(third.start(), got[2][:])
	f.timedOut(second)
	f.write(b, []byte("xy"))
	f.ok(first)
	f.ok(third)
	if got != [3][1]byte{{'x'}, {}, {'y'}} {
		f.t.Errorf("read %q", got)
	}
}

// testTimeoutInTime: a timeout does not affect an operation that completes before,
// nor the next start of the same operation.
func testTimeoutInTime(f *fixture) {
	a, b := f.pair()
	read, timer := f.call(nil), f.call(nil)
	buf := make([]byte, 1)
	for _, timeout := range []time.Duration{time.Hour, 1<<63 - 1} {
		read.op.SetTimeout(timeout)
		timer.op.SetTimeout(timeout)
		for range 10 {
			b.Read(read.start(), buf)
			f.write(a, []byte("x"))
			f.ok(read)
			f.d.StartTimer(timer.start(), 0)
			f.ok(timer)
		}
	}
	read.op.SetTimeout(short)
	f.write(a, []byte("x"))
	b.Read(read.start(), buf)
	f.wait(read) // in time, unless the machine is busy
	read.op.SetTimeout(0)
	if read.err != nil {
		b.Read(read.start(), buf)
		f.ok(read)
	}
	b.Read(read.start(), buf)
	f.d.StartTimer(timer.start(), 3*short)
	f.ok(timer)
	if !read.op.Outstanding() {
		f.t.Errorf("the timeout of an earlier start ended this one: %v", read.err)
	}
}

// testTimeoutOfParts: bytes moved before the timeout count.
func testTimeoutOfParts(f *fixture) {
	const size = 8 << 20
	a, b := f.pair()
	data := pattern(size)
	sent := 0
	write := f.call(nil)
	write.op.SetTimeout(short)
	for write.err == nil && sent < size {
		a.Write(write.start(), data[sent:])
		f.wait(write)
		sent += write.n
	}
	if write.err != proactor.ErrDeadlineExceeded || write.n != 0 {
		f.t.Errorf("write to a stream whose peer does not read: %d, %v", write.n, write.err)
	}
	got := make([]byte, sent)
	f.read(b, got)
	if !bytes.Equal(got, data[:sent]) {
		f.t.Error("the bytes read are not the bytes written")
	}
}

func testDeadline(f *fixture) {
	a, b := f.pair()
	read := f.call(nil)
	buf := make([]byte, 1)
	read.op.SetDeadline(time.Now().Add(short))
	for range 2 { // it passes during the first, before the second
		b.Read(read.start(), buf)
		f.timedOut(read)
	}
	read.op.SetTimeout(time.Hour) // the earlier one counts
	b.Read(read.start(), buf)
	f.timedOut(read)
	read.op.SetDeadline(time.Now().Add(time.Hour))
	read.op.SetTimeout(short)
	b.Read(read.start(), buf)
	f.timedOut(read)
	read.op.SetDeadline(time.Time{})
	read.op.SetTimeout(0)
	b.Read(read.start(), buf)
	f.write(a, []byte("x"))
	f.ok(read)
}

var errCause = errors.New("the reason")

// endedByContext waits for c, which its context ends. It does not let virtual time
// jump, because contexts use real time.
func (f *fixture) endedByContext(c *call, cause error) {
	f.t.Helper()
	for until := time.Now().Add(stuckAfter); !c.idle() && time.Now().Before(until); runtime.Gosched() {
		if _, err := f.d.Poll(); err != nil {
			f.t.Fatal(err)
		}
	}
	if !errors.Is(c.err, cause) || c.n != 0 || c.stream != nil {
		f.t.Errorf("%v whose context is done: %d, %v", c.op.Kind(), c.n, c.err)
	}
}

func testContext(f *fixture) {
	a, b := f.pair()
	ctx, cancel := context.WithCancelCause(context.Background())
	read, never := f.call(nil), f.call(nil)
	buf := make([]byte, 1)
	read.op.SetContext(ctx)
	never.op.SetContext(context.Background())
	b.Read(read.start(), buf)
	f.write(a, []byte("x"))
	f.ok(read)
	b.Read(read.start(), buf)
	b.Read(never.start(), buf)
	cancel(errCause)
	f.endedByContext(read, errCause)
	b.Read(read.start(), buf) // the context is done already
	f.endedByContext(read, errCause)
	read.op.SetContext(context.Background())
	f.write(a, []byte("yz"))
	f.ok(never)
	b.Read(read.start(), buf)
	f.ok(read)
}

func testContextOfEachKind(f *fixture) {
	for _, start := range f.starters() {
		ctx, cancel := context.WithCancel(context.Background())
		c := f.call(nil)
		c.op.SetContext(ctx)
		start(c.start())
		go cancel()
		f.endedByContext(c, context.Canceled)
	}
}

func testSettingsWhileOutstanding(f *fixture) {
	c := f.call(nil)
	f.d.Post(c.start())
	for name, set := range map[string]func(){
		"SetTimeout":     func() { c.op.SetTimeout(1) },
		"SetDeadline":    func() { c.op.SetDeadline(time.Now()) },
		"SetContext":     func() { c.op.SetContext(context.Background()) },
		"SetCancelGroup": func() { c.op.SetCancelGroup(new(proactor.CancelGroup)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					f.t.Errorf("%s of an outstanding operation did not panic", name)
				}
			}()
			set()
		}()
	}
	f.ok(c)
}

// testTimeoutRace lets reads and writes time out while bytes flow: no byte is lost
// or duplicated.
func testTimeoutRace(f *fixture) {
	flow(f, func(read, write *proactor.Operation) (stop func()) {
		read.SetTimeout(5 * time.Microsecond)
		write.SetTimeout(7 * time.Microsecond)
		return func() {}
	})
}

// testContextRace cancels reads and writes through contexts, from another
// goroutine, while bytes flow.
func testContextRace(f *fixture) {
	var current atomic.Pointer[context.CancelFunc]
	renew := func(op *proactor.Operation) {
		ctx, cancel := context.WithCancel(context.Background())
		op.SetContext(ctx)
		if before := current.Swap(&cancel); before != nil {
			(*before)()
		}
	}
	flow(f, func(read, write *proactor.Operation) func() {
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
func flow(f *fixture, disturb func(read, write *proactor.Operation) (stop func())) {
	const size = 256 << 10
	a, b := f.pair()
	data, got := pattern(size), make([]byte, size)
	sent, received := 0, 0
	check := func(c *call) {
		if c.err != nil && !errors.Is(c.err, context.Canceled) && !errors.Is(c.err, os.ErrDeadlineExceeded) {
			f.t.Errorf("%v: %v", c.op.Kind(), c.err)
		}
		if c.err != nil && c.n != 0 {
			f.t.Errorf("%v: %d bytes and %v", c.op.Kind(), c.n, c.err)
		}
	}
	var write, read *call
	again := func(c *call) *proactor.Operation {
		if prepare, ok := c.op.Token.(func()); ok {
			prepare()
		}
		return c.start()
	}
	write = f.call(func() {
		check(write)
		if sent += write.n; sent < size {
			a.Write(again(write), data[sent:min(sent+3000, size)])
		}
	})
	read = f.call(func() {
		check(read)
		if received += read.n; received < size {
			b.Read(again(read), got[received:min(received+2000, size)])
		}
	})
	stop := disturb(&read.op, &write.op)
	a.Write(again(write), data[:3000])
	b.Read(again(read), got[:2000])
	f.until("all bytes", func() bool { return received == size && write.idle() && read.idle() })
	stop()
	if !bytes.Equal(got, data) {
		f.t.Error("the bytes read are not the bytes written")
	}
}
