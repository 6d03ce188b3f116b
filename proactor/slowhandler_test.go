package proactor

import (
	"bytes"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/trace"
)

// The watchdog forgets a handler that has returned, and reports one that has not once.
func TestWatchdog(t *testing.T) {
	var found []trace.Finding
	d, err := New(Options{Diagnostics: Diagnostics{SlowHandler: time.Hour, Report: func(f trace.Finding) { found = append(found, f) }}})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := d.checks.slow
	running := func() int {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.running)
	}
	inside := 0
	op := Operation{Handler: HandlerFunc(func(*Operation) {
		inside = running()
		w.look()
		if len(found) != 0 {
			t.Errorf("reported before its time: %v", found)
		}
		w.mu.Lock()
		for id, r := range w.running {
			r.since = r.since.Add(-2 * time.Hour)
			w.running[id] = r
		}
		w.mu.Unlock()
		w.look()
		w.look()
	})}
	d.Post(&op)
	if _, err := d.Poll(); err != nil {
		t.Fatal(err)
	}
	w.look()
	if inside != 1 || running() != 0 || len(found) != 1 || found[0].Kind != trace.FindingSlow {
		t.Errorf("%d handlers run inside of one, %d outside; reported: %v", inside, running(), found)
	}
	if len(found) == 1 && !bytes.Contains(found[0].Stack, []byte("TestWatchdog")) {
		t.Errorf("the stack is %s", found[0].Stack)
	}
}

// The stack of a goroutine is found among those of many, whose text is long.
func TestStackOf(t *testing.T) {
	const goroutines = 300
	names, stop := make(chan []byte, goroutines), make(chan struct{})
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			var buf [64]byte
			name, _, _ := bytes.Cut(buf[:runtime.Stack(buf[:], false)], []byte("["))
			names <- append(bytes.Clone(name), '[')
			<-stop
		})
	}
	for n := range goroutines {
		name := <-names
		if n%50 != 0 {
			continue
		}
		if stack := stackOf(name); !bytes.HasPrefix(stack, name) || !bytes.Contains(stack, []byte("TestStackOf")) || bytes.Contains(stack, []byte("\n\n")) {
			t.Errorf("the stack of %s is %s", name, stack)
		}
	}
	if stack := stackOf([]byte("goroutine 0 [")); stack != nil {
		t.Errorf("a goroutine that there is not has the stack %s", stack)
	}
	close(stop)
	all.Wait()
}
