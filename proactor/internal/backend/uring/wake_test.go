//go:build linux

package uring

import (
	"runtime"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A thread that waits is woken each time, by a message, and by the event that kernels
// without messages need.
func TestWakeThread(t *testing.T) {
	for name, tu := range map[string]tuning{"message": {locked: true}, "event": {locked: true, without: messages}} {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			b := open(t, tu)
			if tu.without == 0 && !b.caps.Messages {
				t.Log("this kernel takes no messages without a ring: this tests the event again")
			}
			if b.caps.Messages != (b.thread.event == nil) {
				t.Errorf("messages %v, event %v", b.caps.Messages, b.thread.event)
			}
			const wakes = 200
			woken, done := make(chan bool), make(chan struct{})
			go func() {
				defer close(done)
				for range wakes {
					for !b.thread.Sleeping() {
						runtime.Gosched()
					}
					b.Wake()
					<-woken
				}
			}()
			for range wakes {
				if list := b.Wait(backend.NoDeadline); list != nil {
					t.Fatal("something completed")
				}
				woken <- true
			}
			<-done
		})
	}
}

// A waker that is delayed until the backend was closed wakes no other ring that has the
// descriptor by then.
func TestWakeAfterClose(t *testing.T) {
	for name, tu := range map[string]tuning{"message": {locked: true}, "event": {locked: true, without: messages}} {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			b, err := newBackend(0, tu)
			if err != nil {
				skipOrFatal(t, err)
			}
			fd := b.ring.FD()
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			other := open(t, tuning{})
			if other.ring.FD() != fd {
				t.Fatalf("the next ring is %d and not %d again: this test tests nothing", other.ring.FD(), fd)
			}
			b.thread.sleeping.Store(true) // what the waker has seen
			b.Wake()
			if other.ring.Ready() != 0 || other.Wait(0) != nil {
				t.Error("the wake has reached another backend")
			}
		})
	}
}
