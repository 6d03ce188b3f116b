//go:build linux

package uring

import (
	"os"
	"os/signal"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Signals to the thread that waits in the kernel interrupt its wait (EINTR) and do nothing
// else: it waits again, and the outstanding operations complete.
func TestSignalsInterruptTheThread(t *testing.T) {
	b := openLocked(t)
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, unix.SIGUSR1)
	defer signal.Stop(caught)
	client, server := pair(t, b)
	r := read(b, server, 1)
	thread, sent := unix.Gettid(), make(chan error)
	go func() {
		for n := 0; n < 100; {
			if !b.thread.Sleeping() {
				runtime.Gosched()
				continue
			}
			if err := unix.Tgkill(unix.Getpid(), thread, unix.SIGUSR1); err != nil {
				sent <- err
				return
			}
			n++
			<-caught
		}
		_, err := client.TryWrite([]byte{1})
		sent <- err
	}()
	var list *backend.Op
	for list == nil {
		list = b.Wait(backend.NoDeadline)
	}
	if err := <-sent; err != nil || list != r || r.Err != nil || r.N != 1 {
		t.Errorf("%v; read %d, %v", err, r.N, r.Err)
	}
}
