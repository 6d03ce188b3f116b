package proactor_test

import (
	"sync"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// relay is posted again by its own handler until it has been handled n times.
type relay struct {
	op   proactor.Operation
	d    *proactor.Dispatcher
	n    int
	done *sync.WaitGroup
}

func (r *relay) HandleCompletion(op *proactor.Operation) {
	if r.n--; r.n <= 0 {
		r.done.Done()
		return
	}
	r.d.Post(op)
}

// BenchmarkStrand measures the dispatch of a completion: by one goroutine, which
// takes no lock for a strand; by a pool; by a pool with a strand for each of 64
// relays; and with one strand for all.
func BenchmarkStrand(b *testing.B) {
	const relays = 64
	for _, bench := range []struct {
		name    string
		pool    proactor.Pool
		strands int
	}{
		{"one/none", proactor.Pool{}, 0}, {"one/64", proactor.Pool{}, relays},
		{"pool/none", proactor.Pool{Min: 2}, 0}, {"pool/64", proactor.Pool{Min: 2}, relays}, {"pool/1", proactor.Pool{Min: 2}, 1},
	} {
		b.Run(bench.name, func(b *testing.B) {
			d := newDispatcher(b, proactor.Options{Pool: bench.pool})
			ended := make(chan error, 1)
			go func() { ended <- d.Run() }()
			var strands []*proactor.Strand
			for range bench.strands {
				strands = append(strands, d.NewStrand())
			}
			var done sync.WaitGroup
			b.ReportAllocs()
			b.ResetTimer()
			for i := range relays {
				r := &relay{d: d, n: b.N/relays + 1, done: &done}
				r.op.Handler = r
				if bench.strands > 0 {
					r.op.SetStrand(strands[i%bench.strands])
				}
				done.Add(1)
				d.Post(&r.op)
			}
			done.Wait()
			b.StopTimer()
			if err := d.Close(); err != nil {
				b.Error(err)
			}
			<-ended
		})
	}
}
