//go:build linux

package uring

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// waiter is a backend with its own thread, which waits and answers each Wake.
type waiter struct {
	b     *Backend
	woken chan bool
	stop  chan struct{}
}

func newWaiter(b *testing.B, t tuning) *waiter {
	w := &waiter{woken: make(chan bool), stop: make(chan struct{})}
	opened := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(w.woken)
		var err error
		w.b, err = newBackend(0, t)
		opened <- err
		if err != nil {
			return
		}
		defer w.b.Close()
		for {
			w.b.Wait(backend.NoDeadline)
			select {
			case <-w.stop:
				return
			case w.woken <- true:
			}
			select {
			case <-w.stop:
				return
			default:
			}
		}
	}()
	if err := <-opened; err != nil {
		skipOrFatal(b, err)
	}
	return w
}

func (w *waiter) end() {
	close(w.stop)
	w.b.Wake()
	for range w.woken {
	}
}

// BenchmarkWakeThread compares the two ways to wake a thread that waits with its ring, in
// turn: the time and the processor time of the process for each wake with its answer.
func BenchmarkWakeThread(b *testing.B) {
	const wakes, runs = 2000, 41
	ways := []*waiter{newWaiter(b, tuning{locked: true}), newWaiter(b, tuning{locked: true, without: messages})}
	var took, cost [2][]float64
	for range runs {
		for i, w := range ways {
			begun, before := time.Now(), processTime(b)
			for range wakes {
				w.b.Wake()
				<-w.woken
			}
			took[i] = append(took[i], float64(time.Since(begun))/wakes)
			cost[i] = append(cost[i], float64(processTime(b)-before)/wakes)
		}
	}
	for _, m := range []struct {
		name string
		v    [2][]float64
	}{{"time", took}, {"processor time", cost}} {
		ratio := make([]float64, runs)
		for i := range ratio {
			ratio[i] = m.v[0][i] / m.v[1][i]
		}
		slices.Sort(ratio)
		b.Logf("%-14s message %6.0f ns, event %6.0f ns, ratio %.2f (%.2f-%.2f)", m.name,
			median(m.v[0]), median(m.v[1]), ratio[runs/2], ratio[runs/10], ratio[runs-1-runs/10])
	}
	for _, w := range ways {
		w.end()
	}
}

func processTime(b *testing.B) int64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
