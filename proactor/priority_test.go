package proactor_test

import (
	"slices"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
)

// posted is a post that notes that it was handled.
type posted struct {
	op    proactor.Operation
	name  byte
	order *[]byte
	then  func()
}

func (p *posted) HandleCompletion(op *proactor.Operation) {
	*p.order = append(*p.order, p.name)
	if p.then != nil && op.Err() == nil {
		p.then()
	}
}

func post(d *proactor.Dispatcher, p proactor.Priority, name byte, order *[]byte) *posted {
	x := &posted{name: name, order: order}
	x.op.Handler = x
	x.op.SetPriority(p)
	d.Post(&x.op)
	return x
}

// Completions that wait are dispatched by priority, and within one priority in the order
// of completion.
func TestPriorityOrder(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			var order []byte
			post(d, proactor.PriorityLow, 'x', &order)
			post(d, proactor.PriorityNormal, 'm', &order)
			post(d, proactor.PriorityHigh, 'a', &order)
			post(d, -100, 'y', &order) // is low
			post(d, proactor.PriorityNormal, 'n', &order)
			post(d, 100, 'b', &order) // is high
			for len(order) < 6 {
				if _, err := d.RunOne(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if string(order) != "abmnxy" {
				t.Errorf("handled in the order %s", order)
			}
		})
	}
}

// Priorities apply to I/O as to posts: of reads that have all completed the most urgent
// one is dispatched first, whichever completed first.
func TestPriorityOfReads(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			g, err := group.New(group.Options{Options: proactor.Options{Backend: proactor.Named(name)}})
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			d := g.Dispatchers()[0]
			stop := running(t, g)
			priorities := []proactor.Priority{proactor.PriorityLow, proactor.PriorityNormal, proactor.PriorityHigh}
			var near, far []*proactor.Handle
			for range priorities {
				a, b := streamPair(t, d)
				near, far = append(near, a), append(far, b)
			}
			stop()

			var order []byte
			reads := make([]posted, len(priorities))
			var bytes [3][1]byte
			for i := range reads {
				r := &reads[i]
				r.order, r.name = &order, byte('0'+i)
				r.op.Handler = r
				r.op.SetPriority(priorities[i])
				far[i].Read(&r.op, bytes[i][:])
			}
			for i := range near {
				if n, err := near[i].TryWrite([]byte{1}); n != 1 || err != nil {
					t.Fatal(n, err)
				}
			}
			for len(order) < len(reads) {
				if _, err := d.RunOne(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if name != "sim" && name != "goroutine" && string(order) != "210" { // on these the reads complete one by one
				t.Errorf("dispatched in the order %s, want 210", order)
			}
		})
	}
}

// Lower priorities get their share even if there are always new urgent completions. This
// fails without runQueue.passed.
func TestNoPriorityStarves(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			var order []byte
			for range 32 { // each urgent one posts itself again: there is always one more
				x := post(d, proactor.PriorityHigh, 'h', &order)
				x.then = func() { d.Post(&x.op) }
			}
			for range 32 {
				x := post(d, proactor.PriorityNormal, 'n', &order)
				x.then = func() { d.Post(&x.op) }
			}
			for range 5 {
				post(d, proactor.PriorityLow, 'l', &order)
			}
			for len(order) < 1000 {
				if _, err := d.RunOne(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for _, tt := range []struct {
				name  byte
				count int
			}{{'l', 5}, {'n', 80}, {'h', 700}} {
				if n := count(order, tt.name); n < tt.count {
					t.Errorf("%c was dispatched %d times of 1000, want at least %d", tt.name, n, tt.count)
				}
			}
			if i := slices.Index(order, 'l'); i > 20 {
				t.Errorf("the first of low priority had to wait for %d others", i)
			}
		})
	}
}

func count(order []byte, name byte) (n int) {
	for _, o := range order {
		if o == name {
			n++
		}
	}
	return n
}
