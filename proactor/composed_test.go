package proactor_test

import (
	"context"
	"strings"
	"testing"

	"github.com/actum-go/actum/internal/alloctest"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/trace"
)

// TestNoAllocationComposed asserts that composed operations allocate nothing in
// steady state, and keep no reference to the memory that they were given.
func TestNoAllocationComposed(t *testing.T) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			near, far := connectedPair(t, d, "tcp")
			var read, write proactor.Operation
			read.Handler = proactor.HandlerFunc(nothing)
			write.Handler = read.Handler
			in, out := make([]byte, 1000), make([]byte, 500)
			turn := func() {
				near.ReadFull(&read, in)
				for range 2 {
					far.WriteAll(&write, out)
					for write.Outstanding() {
						if _, err := d.RunOne(context.Background()); err != nil {
							t.Fatal(err)
						}
					}
				}
				for read.Outstanding() {
					if _, err := d.RunOne(context.Background()); err != nil {
						t.Fatal(err)
					}
				}
			}
			turn()
			alloctest.None(t, 500, func() {
				for range 500 {
					turn()
				}
			})
		})
	}
}

// A composed operation is one operation in the record, and the parent of the
// operations that its handler starts.
func TestRecordOfComposed(t *testing.T) {
	d := dispatcher(t, "")
	near, far := connectedPair(t, d, "tcp")
	buf := make([]byte, 4)
	var read, write, after proactor.Operation
	after.Handler = proactor.HandlerFunc(nothing)
	write.Handler = after.Handler
	read.Handler = proactor.HandlerFunc(func(*proactor.Operation) { far.WriteAll(&after, buf) })
	near.ReadFull(&read, buf)
	far.WriteAll(&write, []byte("ab"))
	runUntil(t, d, &write)
	far.WriteAll(&write, []byte("cd"))
	runUntil(t, d, &read, &after)
	records := d.Records()
	list := records[len(records)-4:] // behind those of the pair
	var lines []string
	for _, r := range list {
		lines = append(lines, r.String())
	}
	said := strings.Join(lines, "\n")
	if list[0].Kind != "read full" || list[0].N != 4 || list[3].Parent != list[0].ID || list[3].Kind != "write all" {
		t.Errorf("recorded:\n%s", said)
	}
	if strings.Contains(said, "multishot.go") || !strings.Contains(said, "composed_test.go") {
		t.Errorf("the call sites are\n%s", said)
	}
}

// The memory of a composed operation is checked as a whole; the parts in which it is
// read or written are no finding.
func TestChecksOfComposed(t *testing.T) {
	var faults []trace.Finding
	d := newDispatcher(t, proactor.Options{Diagnostics: proactor.Diagnostics{Buffers: true, Completions: true,
		Report: func(f trace.Finding) { faults = append(faults, f) }}})
	near, far := connectedPair(t, d, "tcp")
	buf := make([]byte, 4)
	var read, write proactor.Operation
	read.Handler = proactor.HandlerFunc(nothing)
	write.Handler = read.Handler
	for _, touched := range []bool{false, true} {
		faults = nil
		near.ReadFull(&read, buf)
		for _, part := range []string{"ab", "cd"} {
			out := []byte(part)
			far.WriteAll(&write, out)
			if touched {
				out[0]++ // before the operation completes
			}
			runUntil(t, d, &write)
		}
		runUntil(t, d, &read)
		if want := map[bool]int{false: 0, true: 2}[touched]; len(faults) != want {
			t.Errorf("touched %v: reported: %v", touched, faults)
		}
	}
	faults = nil
	near.ReadFull(&read, buf)
	buf[3] = 1 // behind the bytes that will be read
	far.WriteAll(&write, []byte("ab"))
	runUntil(t, d, &write)
	far.Close()
	runUntil(t, d, &read)
	if len(faults) != 1 || faults[0].Kind != trace.FindingBuffer || read.N() != 2 {
		t.Errorf("%d bytes were read, reported: %v", read.N(), faults)
	}
}
