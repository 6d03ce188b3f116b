package proactor_test

import (
	"context"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
)

// BenchmarkSettings measures the cost of an operation's settings: a read that is started
// and completes at once on the simulated network, so that little else is measured.
func BenchmarkSettings(b *testing.B) {
	var owner proactor.CancelGroup
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, bench := range []struct {
		name string
		set  func(op *proactor.Operation)
	}{
		{"none", func(*proactor.Operation) {}},
		{"timeout", func(op *proactor.Operation) { op.SetTimeout(time.Hour) }},
		{"owner", func(op *proactor.Operation) { op.SetCancelGroup(&owner) }},
		{"context", func(op *proactor.Operation) { op.SetContext(ctx) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			d := newDispatcher(b, proactor.Options{Backend: proactor.Named("sim"), Record: proactor.RecordOptions{Off: true}})
			near, far := connectedPair(b, d, "tcp")
			op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {})}
			bench.set(&op)
			in, out := make([]byte, 1), make([]byte, 1)
			b.ReportAllocs()
			for b.Loop() {
				near.Read(&op, in)
				if _, err := far.TryWrite(out); err != nil {
					b.Fatal(err)
				}
				if _, err := d.Poll(); err != nil || op.Outstanding() {
					b.Fatal("the read has not completed", err)
				}
			}
		})
	}
}
