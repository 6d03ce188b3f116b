package proactor_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor"
)

// BenchmarkTransmitCold sends a file that has to be read from disk, and reports
// for how long a timer of half a millisecond had to wait for the dispatcher
// meanwhile.
func BenchmarkTransmitCold(b *testing.B) {
	for _, name := range workingBackends() {
		if name != "sim" {
			b.Run(name, func(b *testing.B) { benchTransmitCold(b, name) })
		}
	}
}

const coldTick = 500 * time.Microsecond

func benchTransmitCold(b *testing.B, name string) {
	const size = 64 << 20
	d, err := proactor.New(proactor.Options{Backend: name})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	var stream *proactor.Handle
	s := newSink(b, func(address string) {
		stream = do(b, d, func(op *proactor.Operation) { d.Connect(op, "tcp", address, nil) })
	})
	path := benchFile(b, size)
	file := do(b, d, func(op *proactor.Operation) { d.OpenFile(op, path, os.O_RDONLY, 0) })
	var late []time.Duration
	sending, due := false, time.Duration(0)
	tick := &proactor.Operation{}
	tick.Handler = proactor.HandlerFunc(func(*proactor.Operation) {
		if late = append(late, d.Now()-due); sending {
			due = d.Now() + coldTick
			d.StartTimer(tick, coldTick)
		}
	})
	op := &proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if sending = false; op.Err() != nil {
			b.Error(op.Err())
		}
		d.Stop()
	})}
	t := proactor.Transmission{File: file}
	b.SetBytes(size)
	for b.Loop() {
		b.StopTimer()
		evict(b, path)
		b.StartTimer()
		s.read <- size
		sending, due = true, d.Now()+coldTick
		if !tick.Outstanding() {
			d.StartTimer(tick, coldTick)
		}
		stream.Transmit(op, &t)
		if err := d.Run(); err != nil {
			b.Fatal(err)
		}
		if err := <-s.done; err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)-1].Microseconds()), "µs-max-late")
	b.ReportMetric(float64(late[len(late)*99/100].Microseconds()), "µs-p99-late")
}

// evict makes the system forget what it has of a file in memory.
func evict(tb testing.TB, path string) {
	tb.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		tb.Fatal(err)
	}
	if err := unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		tb.Fatal(err)
	}
}
