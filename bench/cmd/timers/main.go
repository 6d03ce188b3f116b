// Command timers measures the cost of a timer among many: the processor time of
// the whole process, divided by the number of timers. Wall time would leave out
// other threads, such as those that collect garbage.
//
//	timers actum|time timer-start|timer-cancel|timer-expiry COUNT
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
)

const usageCode = 2

// implementation is one way of having timers. Times are counted from its
// beginning.
type implementation interface {
	// start starts timer i, which expires after the duration.
	start(i int, after time.Duration)
	// cancel cancels timer i. The handlers of cancelled timers, if there are
	// any, are called by the end of settle.
	cancel(i int)
	settle()
	// expire returns once all timers have expired and their handlers have run.
	expire()
}

var implementations = map[string]func(count int) (implementation, error){
	"actum": newActum,
	"time":  newStandard,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "timers:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 || implementations[args[0]] == nil || operations[args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: timers actum|time timer-start|timer-cancel|timer-expiry COUNT")
		os.Exit(usageCode)
	}
	count, err := strconv.Atoi(args[2])
	if err != nil || count <= 0 {
		return fmt.Errorf("COUNT must be a positive number, not %q", args[2])
	}
	timers, err := implementations[args[0]](count)
	if err != nil {
		return err
	}
	cost := operations[args[1]](timers, count)
	fmt.Printf("cost: %.1f [ns]\n", float64(cost)/float64(count))
	return nil
}

// operations measure the processor time of one kind of operation on all timers.
var operations = map[string]func(t implementation, count int) time.Duration{
	"timer-start": func(t implementation, count int) time.Duration {
		return cpu(func() { startAll(t, count, time.Hour) })
	},
	"timer-cancel": func(t implementation, count int) time.Duration {
		startAll(t, count, time.Hour)
		order := rand.New(rand.NewPCG(3, 4)).Perm(count)
		return cpu(func() {
			for _, i := range order {
				t.cancel(i)
			}
			t.settle()
		})
	},
	// The same timers twice, so that the cost of starting them can be subtracted.
	"timer-expiry": func(t implementation, count int) time.Duration {
		start := cpu(func() { startAll(t, count, time.Hour) })
		for i := range count {
			t.cancel(i)
		}
		t.settle()
		return cpu(func() { startAll(t, count, time.Second); t.expire() }) - start
	},
}

// startAll starts count timers that expire at random within longest.
func startAll(t implementation, count int, longest time.Duration) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range count {
		t.start(i, time.Duration(random.Int64N(int64(longest))))
	}
}
