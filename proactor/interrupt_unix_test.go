//go:build unix

package proactor_test

import (
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
)

// System calls that a signal interrupts (EINTR) are made again without a visible
// effect: under a constant stream of signals, each on a thread that the kernel chooses,
// everything that is sent arrives, in order.
func TestSignalsInterruptNothing(t *testing.T) {
	for _, name := range workingBackends() {
		if name != "sim" { // makes no system calls
			t.Run(name, func(t *testing.T) { testInterrupted(t, proactor.Options{Backend: proactor.Named(name)}) })
		}
	}
	if refusals()["uring"] == nil {
		t.Run("uring, locked", func(t *testing.T) {
			testInterrupted(t, proactor.Options{Backend: proactor.Named("uring"), WaitMode: proactor.WaitLocked})
		})
	}
}

func testInterrupted(t *testing.T, o proactor.Options) {
	g, err := group.New(group.Options{Options: o})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	defer running(t, g)()
	a, b := streamPair(t, g.Dispatchers()[0])
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGUSR1)
	defer signal.Stop(caught)
	over, rained := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(rained)
		for {
			select {
			case <-over:
				return
			default:
				_ = syscall.Kill(os.Getpid(), syscall.SIGUSR1)
			}
		}
	}()
	<-caught // the stream of signals has begun
	var buf [1]byte
	for i := range 300 {
		read := new(proactor.Operation)
		done := make(chan struct{})
		read.Handler = proactor.HandlerFunc(func(*proactor.Operation) { close(done) })
		b.Read(read, buf[:])
		if w := await(t, func(op *proactor.Operation) { a.Write(op, []byte{byte(i)}) }); w.Err() != nil {
			t.Fatal(w.Err())
		}
		<-done
		if read.Err() != nil || buf[0] != byte(i) {
			t.Fatalf("read %d (%v), want %d", buf[0], read.Err(), i)
		}
	}
	close(over)
	<-rained
}
