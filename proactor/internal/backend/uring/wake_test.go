//go:build linux

package uring

import (
	"runtime"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A thread that waits is woken each time, by a message and by the event that takes
// its place on kernels without.
func TestWakeThread(t *testing.T) {
	for name, tu := range map[string]tuning{"message": {locked: true}, "event": {locked: true, without: messages}} {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			b := open(t, tu)
			if tu.without == 0 && !b.caps.Messages {
				t.Log("this kernel takes no messages from those who have no ring: the event again")
			}
			if b.caps.Messages != (b.thread.event == nil) {
				t.Errorf("messages %v, event %v", b.caps.Messages, b.thread.event)
			}
			const wakes = 200
			woken, done := make(chan bool), make(chan struct{})
			go func() {
				defer close(done)
				for range wakes {
					for !b.thread.Asleep() {
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
