package proactor

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/record"
)

// watchdog looks for handlers that run for too long, on a goroutine of its own.
type watchdog struct {
	c    *checker
	stop chan struct{}
	done chan struct{}
	on   atomic.Uintptr // its goroutine

	mu      sync.Mutex
	running map[uint64]run // by the operation's ID
}

// run is a handler that is running.
type run struct {
	since     time.Time
	goroutine []byte // how its stack begins: "goroutine 17 ["
	reported  bool
}

func newWatchdog(c *checker) *watchdog {
	w := &watchdog{c: c, stop: make(chan struct{}), done: make(chan struct{}), running: map[uint64]run{}}
	go w.watch()
	return w
}

func (w *watchdog) entered(id uint64) {
	buf := make([]byte, 64)
	first, _, _ := bytes.Cut(buf[:runtime.Stack(buf, false)], []byte("["))
	w.mu.Lock()
	w.running[id] = run{since: time.Now(), goroutine: append(first, '[')}
	w.mu.Unlock()
}

func (w *watchdog) left(id uint64) {
	w.mu.Lock()
	delete(w.running, id)
	w.mu.Unlock()
}

func (w *watchdog) end() {
	close(w.stop)
	<-w.done
}

// watch looks four times in the time that is allowed.
func (w *watchdog) watch() {
	defer close(w.done)
	w.on.Store(record.Goroutine())
	defer w.on.Store(0)
	tick := time.NewTicker(max(w.c.SlowHandler/4, time.Microsecond))
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-tick.C:
			w.look()
		}
	}
}

// look reports each slow handler once.
func (w *watchdog) look() {
	slow := map[uint64]run{}
	w.mu.Lock()
	for id, r := range w.running {
		if !r.reported && time.Since(r.since) > w.c.SlowHandler {
			slow[id] = r
			r.reported = true
			w.running[id] = r
		}
	}
	w.mu.Unlock()
	for id, r := range slow {
		detail := fmt.Sprintf("for %v, where %v is allowed", time.Since(r.since).Round(time.Microsecond), w.c.SlowHandler)
		w.c.report(FaultSlow, OperationID(id), detail, stackOf(r.goroutine))
	}
}

// stackOf finds the stack of one goroutine among those of all.
func stackOf(goroutine []byte) []byte {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	for stack := range bytes.SplitSeq(buf, []byte("\n\n")) {
		if bytes.HasPrefix(stack, goroutine) {
			return stack
		}
	}
	return nil
}
