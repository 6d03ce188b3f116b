package proactor_test

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor"
)

// A ticker keeps to multiples of its period. If the handler is late, one call counts
// all the ticks that it has missed.
func ExampleDispatcher_StartTicker() {
	d, network := virtual()
	defer d.Close()

	var ticker proactor.Operation
	ticker.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		switch now := d.Now().Round(time.Second); {
		case !op.More():
			fmt.Println("the end:", op.Err())
		case now == 20*time.Second:
			fmt.Println(now, "ticks:", op.N(), "and now something that takes long")
			network.Advance(25 * time.Second)
		case now == 50*time.Second:
			fmt.Println(now, "ticks:", op.N())
			d.Cancel(op)
		default:
			fmt.Println(now, "ticks:", op.N())
		}
	})
	d.StartTicker(&ticker, 10*time.Second)
	dispatchUntil(d, func() bool { return !ticker.Outstanding() })
	// Output:
	// 10s ticks: 1
	// 20s ticks: 1 and now something that takes long
	// 45s ticks: 2
	// 50s ticks: 1
	// the end: proactor: operation cancelled: context canceled
}

// An alarm is set to a time of day.
func ExampleDispatcher_StartAlarm() {
	d, _ := virtual()
	defer d.Close()
	begun := d.Now()

	var alarm proactor.Operation
	alarm.Handler = proactor.HandlerFunc(func(*proactor.Operation) {
		fmt.Println("after", (d.Now() - begun).Round(time.Minute))
	})
	d.StartAlarm(&alarm, time.Now().Add(90*time.Minute))
	dispatchUntil(d, func() bool { return !alarm.Outstanding() })
	// Output: after 1h30m0s
}

// A server that a signal asks to end. The signal is simulated; on another backend it
// comes from the system.
func ExampleSignalSet() {
	d, network := virtual()
	defer d.Close()

	signals, err := d.Signals(os.Interrupt, syscall.SIGHUP)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer signals.Close()
	var wait proactor.Operation
	ended := false
	wait.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		switch op.Signal() {
		case os.Interrupt:
			fmt.Println("ends")
			ended = true
		case syscall.SIGHUP:
			fmt.Println("reads its configuration again, asked", op.N(), "times")
			signals.Wait(op) // a signal that has arrived meanwhile is not lost
		}
	})
	network.Raise(syscall.SIGHUP)
	network.Raise(syscall.SIGHUP)
	network.Raise(os.Interrupt)
	signals.Wait(&wait)
	dispatchUntil(d, func() bool { return ended })
	// Output:
	// reads its configuration again, asked 2 times
	// ends
}

// hasher is a processor of the program's own: it computes on goroutines.
type hasher struct{ cancel chan struct{} }

// hash computes a hash. done is where the result goes.
func (h *hasher) hash(data string, done proactor.Completion) {
	go func() {
		sum := 0
		for _, c := range data {
			sum = 31*sum + int(c)
		}
		select {
		case <-h.cancel:
			done.Complete(0, proactor.ErrCanceled)
		default:
			done.Complete(sum, nil)
		}
	}()
}

// Cancel implements proactor.Processor.
func (h *hasher) Cancel(proactor.Completion) { close(h.cancel) }

// The work of a program's own processor completes like any operation: with a token,
// a deadline, a cancel group, on the dispatcher's goroutine.
func ExampleProcessor() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()

	h := &hasher{make(chan struct{})}
	op := proactor.Operation{Token: "abc"}
	op.SetTimeout(time.Hour)
	op.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		fmt.Println(op.Kind(), op.Token, op.N(), op.Err())
	})
	h.hash("abc", d.StartExternal(&op, h))
	dispatchUntil(d, func() bool { return !op.Outstanding() })
	// Output: external operation abc 96354 <nil>
}
