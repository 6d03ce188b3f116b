package proactor_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor"
)

// BenchmarkTransmitCold sends a file that has to be read from disk, and reports for
// how long a timer of half a millisecond has to wait for the dispatcher meanwhile.
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
	d := dispatcher(b, name)
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
		stream.TransmitFile(op, &t)
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

// evict drops the file from the system's memory.
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

// TestTransmitCold transmits a file that has to be read from disk, to a stream and
// to a pipe; it also ends transmissions early, in every way, while a worker reads.
func TestTransmitCold(t *testing.T) {
	data := make([]byte, 8<<20)
	for i := range data {
		data[i] = byte(i ^ i>>8 ^ i>>16)
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for _, over := range []string{"tcp", "unix", "pipe"} {
				w := newColdWork(t, name, path, over)
				w.transmit(t, path)
				w.receive(t, data)
				if w.send.Err() != nil || w.send.N() != len(data) {
					t.Errorf("%s: %d, %v", over, w.send.N(), w.send.Err())
				}
				w.d.Close()
			}
			for range 5 {
				for how, end := range map[string]func(w *coldWork){
					"cancel":           func(w *coldWork) { w.d.Cancel(&w.send) },
					"cancel stream":    func(w *coldWork) { w.out.Cancel() },
					"close stream":     func(w *coldWork) { w.out.Close() },
					"close file":       func(w *coldWork) { w.file.Close() },
					"close dispatcher": func(w *coldWork) { w.d.Close() },
				} {
					w := newColdWork(t, name, path, "tcp")
					w.transmit(t, path)
					if _, err := w.d.Poll(); err != nil {
						t.Fatal(err)
					}
					end(w)
					w.d.Close()
					if w.send.Outstanding() || w.send.Err() == nil {
						t.Errorf("%s: %d bytes sent, %v", how, w.send.N(), w.send.Err())
					}
				}
			}
		})
	}
}

// coldWork is a transmission and its destination.
type coldWork struct {
	d             *proactor.Dispatcher
	file, out, in *proactor.Handle
	send, read    proactor.Operation
	transmission  proactor.Transmission
}

func newColdWork(t *testing.T, name, path, over string) *coldWork {
	t.Helper()
	d := dispatcher(t, name)
	w := &coldWork{d: d}
	w.file = do(t, d, func(op *proactor.Operation) { d.OpenFile(op, path, os.O_RDONLY, 0) })
	if over == "pipe" {
		var err error
		if w.in, w.out, err = d.Pipe(); err != nil {
			t.Fatal(err)
		}
	} else {
		w.out, w.in = connectedPair(t, d, over)
	}
	nothing := proactor.HandlerFunc(func(*proactor.Operation) {})
	w.send.Handler, w.read.Handler = nothing, nothing
	return w
}

// transmit starts the transmission, with nothing of the file in memory.
func (w *coldWork) transmit(t *testing.T, path string) {
	t.Helper()
	evict(t, path)
	w.transmission.File = w.file
	w.out.TransmitFile(&w.send, &w.transmission)
}

// receive compares the received bytes with data.
func (w *coldWork) receive(t *testing.T, data []byte) {
	t.Helper()
	buf := make([]byte, 100_000)
	for at := 0; at < len(data); at += w.read.N() {
		w.in.Read(&w.read, buf)
		for w.read.Outstanding() {
			if _, err := w.d.RunOne(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if w.read.Err() != nil || !bytes.Equal(buf[:w.read.N()], data[at:at+w.read.N()]) {
			t.Fatalf("%d bytes at %d, %v: not what was sent", w.read.N(), at, w.read.Err())
		}
	}
	for w.send.Outstanding() {
		if _, err := w.d.RunOne(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}
