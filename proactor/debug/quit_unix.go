//go:build unix

package debug

import (
	"io"
	"os"
	"os/signal"
	"syscall"
)

// OnQuit writes the outstanding operations (see WritePending) to w, or to standard
// error if w is nil, when the process receives SIGQUIT (Ctrl-\). Then the Go
// runtime writes the stacks of all goroutines and exits, as usual. stop undoes
// OnQuit.
func OnQuit(w io.Writer) (stop func()) {
	if w == nil {
		w = os.Stderr
	}
	quit, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(quit, syscall.SIGQUIT)
	go func() {
		defer close(done)
		if _, ok := <-quit; ok {
			_ = WritePending(w)
			signal.Stop(quit) // the runtime handles the signal again
			_ = syscall.Kill(syscall.Getpid(), syscall.SIGQUIT)
		}
	}()
	return func() {
		signal.Stop(quit)
		close(quit)
		<-done
	}
}
