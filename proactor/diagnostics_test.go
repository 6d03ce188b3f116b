package proactor_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/trace"
)

// faulty is a backend that loses completed reads, or hands them back twice.
type faulty struct {
	backend.Backend
	lose, twice bool
	again       *backend.Op
}

func (f *faulty) Wait(deadline time.Duration) *backend.Op {
	if again := f.again; again != nil {
		f.again = nil
		return again
	}
	list := f.Backend.Wait(deadline)
	if list != nil && list.Kind == backend.KindRead {
		if f.lose {
			return list.Next
		}
		if f.twice {
			f.again = list
		}
	}
	return list
}

// checked makes a dispatcher with diagnostics whose findings are sent to the
// channel.
func checked(t *testing.T, name string, c proactor.Diagnostics) (*proactor.Dispatcher, chan trace.Finding) {
	t.Helper()
	faults := make(chan trace.Finding, 16)
	c.Report = func(f trace.Finding) { faults <- f }
	return newDispatcher(t, proactor.Options{Backend: proactor.Named(name), Diagnostics: c}), faults
}

// only receives the one finding that there is.
func only(t *testing.T, faults chan trace.Finding, kind trace.FindingKind) trace.Finding {
	t.Helper()
	if len(faults) != 1 {
		t.Fatalf("%d faults", len(faults))
	}
	f := <-faults
	if f.Kind != kind || !strings.Contains(f.Operation.Site().File, "_test.go") {
		t.Fatalf("the fault is %v", f)
	}
	return f
}

func TestCheckOutstanding(t *testing.T) {
	d, faults := checked(t, "", proactor.Diagnostics{Outstanding: true})
	var post, timer proactor.Operation
	timer.Handler = proactor.HandlerFunc(nothing)
	post.Handler = proactor.HandlerFunc(func(*proactor.Operation) { d.StartTimer(&timer, time.Hour) })
	d.Post(&post)
	runUntil(t, d, &post)
	d.Close()
	f := only(t, faults, trace.FindingOutstanding)
	if f.Operation.Kind != proactor.KindTimer.String() || len(f.Operation.Chain) != 1 || f.Operation.Chain[0].Kind != proactor.KindPost.String() {
		t.Errorf("the fault is %v", f)
	}
}

// startedRead starts a read on a pair when something was written to the other end.
func startedRead(t *testing.T, d *proactor.Dispatcher, read *proactor.Operation, buf []byte) {
	t.Helper()
	x, y := connectedPair(t, d, "tcp")
	y.Read(read, buf)
	if _, err := x.TryWrite([]byte("hello")); err != nil {
		t.Fatal(err)
	}
}

func TestCheckLost(t *testing.T) {
	d, faults := checked(t, "sim", proactor.Diagnostics{Outstanding: true})
	f := &faulty{lose: true}
	proactor.WrapBackend(d, func(b backend.Backend) backend.Backend { f.Backend = b; return f })
	var read, timer proactor.Operation
	read.Handler, timer.Handler = proactor.HandlerFunc(nothing), proactor.HandlerFunc(nothing)
	startedRead(t, d, &read, make([]byte, 16))
	d.StartTimer(&timer, time.Second)
	runUntil(t, d, &timer)
	d.Close()
	if f := <-faults; f.Kind != trace.FindingOutstanding {
		t.Errorf("the first fault is %v", f)
	}
	if f := only(t, faults, trace.FindingLost); f.Operation.Kind != proactor.KindRead.String() {
		t.Errorf("the fault is %v", f)
	}
}

func TestCheckTwice(t *testing.T) {
	d, faults := checked(t, "sim", proactor.Diagnostics{Completions: true})
	f := &faulty{twice: true}
	proactor.WrapBackend(d, func(b backend.Backend) backend.Backend { f.Backend = b; return f })
	calls := 0
	var read, timer proactor.Operation
	read.Handler = proactor.HandlerFunc(func(*proactor.Operation) { calls++ })
	timer.Handler = proactor.HandlerFunc(nothing)
	startedRead(t, d, &read, make([]byte, 16))
	d.StartTimer(&timer, time.Second)
	runUntil(t, d, &timer, &read)
	if only(t, faults, trace.FindingTwice).Operation.Kind != proactor.KindRead.String() || calls != 1 {
		t.Errorf("the handler was called %d times", calls)
	}
}

// Memory is changed, or not, while the kernel has it.
func TestCheckBuffers(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d, faults := checked(t, name, proactor.Diagnostics{Buffers: true})
			x, y := connectedPair(t, d, "tcp")
			var read, write proactor.Operation
			read.Handler, write.Handler = proactor.HandlerFunc(nothing), proactor.HandlerFunc(nothing)
			in, out := make([]byte, 64), []byte("hello")
			vector := [][]byte{in[:3], in[3:]}

			y.Read(&read, in)
			x.Write(&write, out)
			runUntil(t, d, &read, &write)
			y.ReadV(&read, vector)
			x.WriteV(&write, [][]byte{out[:2], out[2:]})
			runUntil(t, d, &read, &write)
			if len(faults) != 0 || string(in[:5]) != "hello" || in[5] != 0xDB {
				t.Fatalf("%d faults, read %q", len(faults), in[:8])
			}

			y.ReadV(&read, vector)
			in[60] = 1
			x.Write(&write, out)
			runUntil(t, d, &read, &write)
			if f := only(t, faults, trace.FindingBuffer); !strings.Contains(f.Detail, "byte 60 of the memory") || f.Operation.Kind != proactor.KindScatterRead.String() {
				t.Errorf("the fault is %v", f)
			}

			x.Write(&write, out)
			out[0]++
			y.Read(&read, in)
			runUntil(t, d, &read, &write)
			if f := only(t, faults, trace.FindingBuffer); !strings.Contains(f.Detail, "being written have changed") || f.Operation.Kind != proactor.KindWrite.String() {
				t.Errorf("the fault is %v", f)
			}
		})
	}
}

// The memory of each kind of operation is checked: of a transmission its header and its
// trailer.
func TestCheckMemoryOfKinds(t *testing.T) {
	d, faults := checked(t, "sim", proactor.Diagnostics{Buffers: true})
	x, y := connectedPair(t, d, "tcp")
	p, err := d.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	to := proactor.PacketAddr{AddrPort: netip.MustParseAddrPort(p.LocalAddr().String())}
	op := proactor.NewOperation(nothing)
	d.OpenFile(op, filepath.Join(t.TempDir(), "f"), os.O_RDWR|os.O_CREATE, 0o600)
	runUntil(t, d, op)
	file := op.Handle()
	for _, test := range []struct {
		kind  proactor.Kind
		start func(b []byte)
	}{
		{proactor.KindWriteAt, func(b []byte) { file.WriteAt(op, b, 0) }},
		{proactor.KindReadAt, func(b []byte) { file.ReadAt(op, b, 1) }},
		{proactor.KindSendTo, func(b []byte) { p.SendTo(op, b, to) }},
		{proactor.KindReceiveFrom, func(b []byte) { p.ReceiveFrom(op, b) }},
		{proactor.KindWriteAll, func(b []byte) { x.WriteAll(op, b) }},
		{proactor.KindTransmitFile, func(b []byte) { x.TransmitFile(op, &proactor.Transmission{Header: b}) }},
		{proactor.KindTransmitFile, func(b []byte) { x.TransmitFile(op, &proactor.Transmission{Trailer: b}) }},
		{proactor.KindRead, func(b []byte) { y.Read(op, append(b, make([]byte, 50)...)[:8:8]) }},
	} {
		b := make([]byte, 8, 64)
		test.start(b)
		b[7]++
		if runUntil(t, d, op); op.Err() != nil {
			t.Fatal(test.kind, op.Err())
		}
		if test.kind == proactor.KindRead { // all 8 bytes were read
			if len(faults) != 0 {
				t.Errorf("bytes that were read are reported: %v", <-faults)
			}
			continue
		}
		if test.kind == proactor.KindReceiveFrom { // the datagram has 8 bytes, too
			if len(faults) != 0 {
				t.Errorf("a datagram that was received is reported: %v", <-faults)
			}
			p.SendTo(op, b[:2], to)
			runUntil(t, d, op)
			p.ReceiveFrom(op, b)
			b[7]++
			runUntil(t, d, op)
		}
		if f := only(t, faults, trace.FindingBuffer); f.Operation.Kind != test.kind.String() {
			t.Errorf("%v: the finding is %v", test.kind, f)
		}
	}
}

// A handler that hangs is reported while it hangs, with the line on which it hangs.
func TestCheckSlowHandler(t *testing.T) {
	d, faults := checked(t, "", proactor.Diagnostics{SlowHandler: time.Millisecond})
	var fast, slow proactor.Operation
	fast.Handler = proactor.HandlerFunc(nothing)
	var fault trace.Finding
	slow.Handler = proactor.HandlerFunc(func(*proactor.Operation) { hangUntil(faults, &fault) })
	d.StartTimer(&fast, 0)
	d.Post(&slow)
	runUntil(t, d, &fast, &slow)
	if fault.Kind != trace.FindingSlow || fault.Operation.Kind != proactor.KindPost.String() || fault.Operation.State() != "in-handler" {
		t.Errorf("the fault is %v", fault)
	}
	if !strings.Contains(string(fault.Stack), "hangUntil") || strings.Contains(string(fault.Stack), "\n\n") {
		t.Errorf("the stack is %s", fault.Stack)
	}
}

func hangUntil(faults chan trace.Finding, fault *trace.Finding) { *fault = <-faults }

// Without a Report function, findings are logged.
func TestCheckLogger(t *testing.T) {
	var b bytes.Buffer
	d := newDispatcher(t, proactor.Options{Diagnostics: proactor.Diagnostics{Outstanding: true}, Logger: slog.New(slog.NewTextHandler(&b, nil))})
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(nothing)
	d.StartTimer(&op, time.Hour)
	d.Close()
	if !strings.Contains(b.String(), "level=WARN") || !strings.Contains(b.String(), "not completed when the dispatcher was closed") || !strings.Contains(b.String(), "timer at diagnostics_test.go") {
		t.Errorf("the log is %s", &b)
	}
}

func TestCheckOptions(t *testing.T) {
	report := func(trace.Finding) {}
	for want, o := range map[string]proactor.Options{
		"SlowHandler is -1ns":  {Diagnostics: proactor.Diagnostics{SlowHandler: -1, Report: report}},
		"need the causal":      {Diagnostics: proactor.Diagnostics{Buffers: true, Report: report}, Record: proactor.RecordOptions{Off: true}},
		"nowhere to report":    {Diagnostics: proactor.Diagnostics{Completions: true}},
		"Record.History is -1": {Record: proactor.RecordOptions{History: -1}},
	} {
		if _, err := proactor.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

// Handlers, and nothing else, run with a label that names the kind of their operation.
func TestLabels(t *testing.T) {
	d := newDispatcher(t, proactor.Options{Record: proactor.RecordOptions{Labels: true}})
	var inside, outside string
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(func(*proactor.Operation) { inside = labelled(t) })
	d.Post(&op)
	runUntil(t, d, &op)
	outside = labelled(t)
	if !strings.Contains(inside, `"operation":"post"`) || strings.Contains(outside, `"operation"`) {
		t.Errorf("inside of the handler:\n%s\nand outside:\n%s", inside, outside)
	}
}

// labelled is the goroutine profile's entries that this package's tests are in.
func labelled(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	entries := strings.Split(b.String(), "\n\n")
	entries = slices.DeleteFunc(entries, func(e string) bool { return !strings.Contains(e, "proactor_test.labelled") })
	return strings.Join(entries, "\n\n")
}

// A Report function that closes the dispatcher would wait for itself, on each goroutine
// that reports findings: the dispatching one, the one inside Close, and the watchdog's.
func TestCloseInReport(t *testing.T) {
	for _, o := range []proactor.Options{{Backend: proactor.Named("sim")}, {Backend: proactor.Named("goroutine")}} {
		t.Run(o.Backend.BackendName(), func(t *testing.T) {
			told := make(chan error, 16)
			var d *proactor.Dispatcher
			o.Diagnostics = proactor.Diagnostics{Outstanding: true, Buffers: true, SlowHandler: time.Millisecond}
			o.Diagnostics.Report = func(trace.Finding) { told <- d.Close() }
			d = newDispatcher(t, o)
			refused := func(what string) {
				t.Helper()
				if err := <-told; !errors.Is(err, proactor.ErrInHandler) {
					t.Errorf("%s: %v", what, err)
				}
			}
			var slow, never proactor.Operation
			slow.Handler = proactor.HandlerFunc(func(*proactor.Operation) { refused("a slow handler") })
			d.Post(&slow)
			runUntil(t, d, &slow)

			r, w, err := d.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			read, write := proactor.NewOperation(nothing), proactor.NewOperation(nothing)
			buf := make([]byte, 8)
			r.Read(read, buf)
			buf[7]++
			w.Write(write, []byte("x")) // TryWrite would block on a pipe of Windows
			runUntil(t, d, read)
			runUntil(t, d, write)
			refused("touched memory")

			never.Handler = proactor.HandlerFunc(nothing)
			d.StartTimer(&never, time.Hour)
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			refused("outstanding operations")
		})
	}
}

// A refused Close is logged as well, because handlers seldom check its result.
func TestRefusedCloseIsLogged(t *testing.T) {
	var text bytes.Buffer
	d := newDispatcher(t, proactor.Options{Logger: slog.New(slog.NewTextHandler(&text, nil))})
	post := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { d.Close() })}
	d.Post(&post)
	runUntil(t, d, &post)
	d.Close()
	if !strings.Contains(text.String(), proactor.ErrInHandler.Error()) {
		t.Errorf("logged: %q", &text)
	}
}
