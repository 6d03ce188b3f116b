package proactor_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/proactor/trace"
)

// here is its caller's place in the source.
func here() trace.Site {
	pc, file, line, _ := runtime.Caller(1)
	return trace.Site{Function: runtime.FuncForPC(pc).Name(), File: file, Line: line}
}

// find returns the one record of that kind.
func find(t testing.TB, d *proactor.Dispatcher, k proactor.Kind) trace.Record {
	t.Helper()
	var found []trace.Record
	for _, r := range d.Records() {
		if r.Kind == k.String() {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d records of %v", len(found), k)
	}
	return found[0]
}

// The record of an operation, however it was started, names the line that started it.
func TestRecordSites(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir() // outlives the dispatcher, which has a file open in it
			d := newDispatcher(t, proactor.Options{Backend: proactor.Named(name)})
			x, y := connectedPair(t, d, "tcp")
			ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
			if err != nil {
				t.Fatal(err)
			}
			var op proactor.Operation
			op.Handler = proactor.HandlerFunc(nothing)
			buf, file := []byte("x"), filepath.Join(dir, "f")
			event := d.NewEvent()
			event.Signal()
			tests := []struct {
				kind  proactor.Kind
				start func() trace.Site
			}{
				{proactor.KindPost, func() trace.Site { d.Post(&op); return here() }},
				{proactor.KindTimer, func() trace.Site { d.StartTimer(&op, 0); return here() }},
				{proactor.KindWrite, func() trace.Site { x.Write(&op, buf); return here() }},
				{proactor.KindRead, func() trace.Site { y.Read(&op, buf); return here() }},
				{proactor.KindGatherWrite, func() trace.Site { x.WriteV(&op, [][]byte{buf}); return here() }},
				{proactor.KindScatterRead, func() trace.Site { y.ReadV(&op, [][]byte{buf}); return here() }},
				{proactor.KindConnect, func() trace.Site { d.Connect(&op, "tcp", ln.LocalAddr().String(), nil); return here() }},
				{proactor.KindAccept, func() trace.Site { ln.Accept(&op); return here() }},
				{proactor.KindTimer, func() trace.Site { d.StartTimerAt(&op, 0); return here() }},
				{proactor.KindTimer, func() trace.Site { d.StartAlarm(&op, time.Time{}); return here() }},
				{proactor.KindEvent, func() trace.Site { event.Wait(&op); return here() }},
				{proactor.KindResolve, func() trace.Site { d.Resolve(&op, nil, "ip", "127.0.0.1"); return here() }},
				{proactor.KindOpen, func() trace.Site { d.OpenFile(&op, file, os.O_RDWR|os.O_CREATE, 0o600); return here() }},
			}
			var opened *proactor.Handle
			onFile := []struct {
				kind  proactor.Kind
				start func() trace.Site
			}{
				{proactor.KindWriteAt, func() trace.Site { opened.WriteAt(&op, buf, 0); return here() }},
				{proactor.KindReadAt, func() trace.Site { opened.ReadAt(&op, buf, 0); return here() }},
				{proactor.KindSync, func() trace.Site { opened.Sync(&op); return here() }},
				{proactor.KindSync, func() trace.Site { opened.SyncData(&op); return here() }},
				{proactor.KindStat, func() trace.Site { opened.Stat(&op, new(proactor.FileInfo)); return here() }},
			}
			for _, tt := range append(tests, onFile...) {
				want := tt.start()
				runUntil(t, d, &op)
				if op.Handle() != nil && tt.kind == proactor.KindOpen {
					opened = op.Handle()
				}
				all := d.Records()
				r := all[len(all)-1]
				if r.Kind != tt.kind.String() || r.Site() != want || r.Returned.IsZero() || r.Err != nil {
					t.Errorf("the last record is %v, want %v at %v", &r, tt.kind, want)
				}
			}
		})
	}
}

// The line is also right in a method value, a deferred call and the first function of a
// goroutine, which have no caller in this package.
func TestRecordSiteOfGoroutine(t *testing.T) {
	d := newDispatcher(t, proactor.Options{})
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(nothing)
	started := make(chan struct{})
	go func() {
		defer close(started)
		defer d.Post(&op)
	}()
	<-started
	runUntil(t, d, &op)
	r := find(t, d, proactor.KindPost)
	if file := filepath.Base(r.Site().File); file != "record_test.go" {
		t.Errorf("started at %v", r.Site())
	}
}

// A chain of handlers: each operation's parent is the one in whose handler it was
// started, also if another dispatcher's handler started it.
func TestRecordParents(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d := newDispatcher(t, proactor.Options{Backend: proactor.Named(name)})
			other := newDispatcher(t, proactor.Options{Backend: proactor.Named(name)})
			var post, timer, far, unrelated proactor.Operation
			post.Handler = proactor.HandlerFunc(func(*proactor.Operation) {
				d.StartTimer(&timer, time.Millisecond)
				done := make(chan struct{})
				go func() { // while the handler runs, but not in it
					defer close(done)
					d.Connect(&unrelated, "tcp", "127.0.0.1:1", nil)
				}()
				<-done
			})
			timer.Handler = proactor.HandlerFunc(func(*proactor.Operation) { other.Post(&far) })
			far.Handler, unrelated.Handler = proactor.HandlerFunc(nothing), proactor.HandlerFunc(nothing)
			d.Post(&post)
			runUntil(t, d, &post, &timer, &unrelated)
			runUntil(t, other, &far)
			p, tm, u, f := find(t, d, proactor.KindPost), find(t, d, proactor.KindTimer), find(t, d, proactor.KindConnect), find(t, other, proactor.KindPost)
			if p.Parent != 0 || u.Parent != 0 {
				t.Errorf("no handler has started %v and %v: parents are %v and %v", &p, &u, p.Parent, u.Parent)
			}
			if tm.Parent != p.ID || f.Parent != tm.ID {
				t.Errorf("parents are %v of %v and %v of %v", tm.Parent, &tm, f.Parent, &f)
			}
			for _, r := range []trace.Record{p, tm, u, f} {
				times := []time.Time{r.Initiated, r.Submitted, r.Completed, r.Dispatched, r.Returned}
				if !slices.IsSortedFunc(times, time.Time.Compare) {
					t.Errorf("%v: times are out of order: %v", &r, times)
				}
			}
		})
	}
}

// A handler that dispatches another dispatcher is still the parent of what it
// starts afterwards.
func TestRecordNestedDispatch(t *testing.T) {
	outer, inner := newDispatcher(t, proactor.Options{}), newDispatcher(t, proactor.Options{})
	var a, b, c proactor.Operation
	b.Handler, c.Handler = proactor.HandlerFunc(nothing), proactor.HandlerFunc(nothing)
	a.Handler = proactor.HandlerFunc(func(*proactor.Operation) {
		inner.Post(&b)
		if _, err := inner.Poll(); err != nil {
			t.Error(err)
		}
		inner.StartTimer(&c, 0)
	})
	outer.Post(&a)
	runUntil(t, outer, &a)
	runUntil(t, inner, &c)
	id := find(t, outer, proactor.KindPost).ID
	if rb, rc := find(t, inner, proactor.KindPost), find(t, inner, proactor.KindTimer); rb.Parent != id || rc.Parent != id {
		t.Errorf("parents are %v and %v, want %v", rb.Parent, rc.Parent, id)
	}
}

// A handler that panics leaves no state behind: operations that the goroutine starts
// later have no parent.
func TestRecordPanic(t *testing.T) {
	d := newDispatcher(t, proactor.Options{})
	var op, next proactor.Operation
	op.Handler = proactor.HandlerFunc(func(*proactor.Operation) { panic("on purpose") })
	next.Handler = proactor.HandlerFunc(nothing)
	d.Post(&op)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		d.Poll()
	}()
	d.StartTimer(&next, 0)
	runUntil(t, d, &next)
	if r := find(t, d, proactor.KindPost); !r.Panicked || r.Returned.IsZero() {
		t.Errorf("the record of the panic is %+v", r)
	}
	if r := find(t, d, proactor.KindTimer); r.Parent != 0 {
		t.Errorf("the parent is %v", r.Parent)
	}
}

// The times of a record are those of the calendar, and of a simulation those of 1970.
func TestRecordDate(t *testing.T) {
	for _, name := range workingBackends() {
		d := newDispatcher(t, proactor.Options{Backend: proactor.Named(name)})
		op := proactor.NewOperation(nothing)
		d.Post(op)
		runUntil(t, d, op)
		want := time.Now()
		if name == "sim" {
			want = time.Unix(0, 0)
		}
		if at := find(t, d, proactor.KindPost).Dispatched; at.Sub(want).Abs() > 24*time.Hour {
			t.Errorf("%s: a post was dispatched at %v, want about %v", name, at, want)
		}
	}
}

// An operation that a handler starts has the time at which the handler was called. With
// FineTimes, and in a pool, it has a time of its own.
func TestRecordFineTimes(t *testing.T) {
	for _, o := range []proactor.Options{{}, {Record: proactor.RecordOptions{FineTimes: true}}, {Pool: proactor.Pool{Min: 2}}} {
		d := newDispatcher(t, o)
		first, second := proactor.NewOperation(nothing), proactor.NewOperation(func(*proactor.Operation) { d.Stop() })
		d.Post(proactor.NewOperation(func(*proactor.Operation) {
			d.StartTimer(first, 0)
			for start := d.Now(); d.Now() < start+10*time.Microsecond; { // the clock advances
			}
			d.StartTimer(second, 0)
		}))
		if err := d.Run(); err != nil {
			t.Fatal(err)
		}
		var started []time.Time
		for _, r := range d.Records() {
			if r.Kind == "timer" {
				started = append(started, r.Initiated)
			}
		}
		fine := o.Record.FineTimes || o.Pool.Min > 1
		if len(started) != 2 || started[0].Before(started[1]) != fine {
			t.Errorf("%+v: the timers were started at %v", o, started)
		}
	}
}

// The history keeps the configured number of records, the last ones.
func TestRecordHistory(t *testing.T) {
	d := newDispatcher(t, proactor.Options{Record: proactor.RecordOptions{History: 10}})
	var long, op proactor.Operation
	left := 1000
	long.Handler = proactor.HandlerFunc(nothing)
	op.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if left--; left > 0 {
			d.Post(op)
		}
	})
	d.StartTimer(&long, time.Hour)
	d.Post(&op)
	runUntil(t, d, &op)
	all := d.Records()
	if len(all) != 11 || all[0].Kind != "timer" || !all[0].Returned.IsZero() {
		t.Fatalf("%d records, the first is %v", len(all), &all[0])
	}
	if last := all[10]; last.Parent != all[9].ID || last.ID != all[0].ID+1000 {
		t.Errorf("the last record is %v", &last)
	}
}

func TestRecordOff(t *testing.T) {
	d := newDispatcher(t, proactor.Options{Record: proactor.RecordOptions{Off: true}})
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(nothing)
	d.Post(&op)
	if len(d.Pending()) != 0 || len(d.Records()) != 0 {
		t.Error("there is a record")
	}
	runUntil(t, d, &op)
}

// Pending reports operations that are outstanding, the oldest first, each with its
// chain, and a handler that hangs, while it hangs.
func TestPending(t *testing.T) {
	network := sim.NewNetwork(1, sim.Faults{})
	d := newDispatcher(t, proactor.Options{Backend: network})
	var post, read, timer, late proactor.Operation
	x, _ := connectedPair(t, d, "tcp")
	read.Handler, timer.Handler = proactor.HandlerFunc(nothing), proactor.HandlerFunc(nothing)
	late.Handler = read.Handler
	hangs, goOn := make(chan struct{}), make(chan struct{})
	post.Handler = proactor.HandlerFunc(func(*proactor.Operation) {
		d.StartTimer(&timer, 0)
		x.Read(&read, make([]byte, 1))
	})
	timer.Handler = proactor.HandlerFunc(func(*proactor.Operation) {
		d.StartTimer(&late, time.Hour)
		close(hangs)
		<-goOn
	})
	d.Post(&post)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for timer.Outstanding() || post.Outstanding() {
			d.RunOne(context.Background())
		}
	}()
	<-hangs
	list := d.Pending()
	close(goOn)
	<-ended
	var got []string
	for i := range list {
		line := list[i].Kind + " " + list[i].State()
		for j := range list[i].Chain {
			line += " < " + list[i].Chain[j].Kind
		}
		got = append(got, line)
	}
	want := []string{"timer in-handler < post", "read outstanding < post", "timer outstanding < timer < post"}
	if !slices.Equal(got, want) {
		t.Fatalf("pending is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s := list[2].String(); !strings.Contains(s, "record_test.go") || strings.Count(s, "\n    from ") != 2 {
		t.Errorf("the text is %q", s)
	}
}

// An error is in the record unchanged.
func TestRecordError(t *testing.T) {
	d := newDispatcher(t, proactor.Options{})
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(nothing)
	d.StartTimer(&op, time.Hour)
	d.Cancel(&op)
	runUntil(t, d, &op)
	if r := find(t, d, proactor.KindTimer); !errors.Is(r.Err, context.Canceled) {
		t.Errorf("the error is %v", r.Err)
	}
}

// Tools read the records of every dispatcher while others are made: a dispatcher that
// they can find is complete. The race detector sees one that is not.
func TestRecordsDuringNew(t *testing.T) {
	made := make(chan error)
	go func() {
		var err error
		for range 100 {
			var d *proactor.Dispatcher
			if d, err = proactor.New(proactor.Options{}); err != nil {
				break
			}
			d.Close()
		}
		made <- err
	}()
	for {
		stop, err := proactor.StartRecording(proactor.RecordOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range proactor.Dispatchers() {
			d.Records()
		}
		stop()
		select {
		case err := <-made:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

// An ID has the number of its dispatcher.
func TestOperationID(t *testing.T) {
	d := dispatcher(t, "")
	op := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
	d.Post(&op)
	runUntil(t, d, &op)
	r := find(t, d, proactor.KindPost)
	if r.ID.Dispatcher() != d.Number() || d.Number() == 0 || !strings.HasSuffix(r.ID.String(), ".1") {
		t.Errorf("the first operation of dispatcher %d is %v", d.Number(), r.ID)
	}
	off := newDispatcher(t, proactor.Options{Record: proactor.RecordOptions{Off: true}})
	if off.Number() != 0 || off.Pending() != nil {
		t.Errorf("without a record, the dispatcher has number %d", off.Number())
	}
}

// Every kind of operation has a name of its own.
func TestKindNames(t *testing.T) {
	names := map[string]proactor.Kind{}
	for n := range 256 {
		k := proactor.Kind(n)
		name := k.String()
		if other, taken := names[name]; taken && name != "none" {
			t.Errorf("kinds %d and %d are %q", other, k, name)
		}
		names[name] = k
	}
	if len(names) < 22 {
		t.Errorf("only %d kinds have names", len(names))
	}
}
