//go:build unix

package debug

import (
	"io"
	"os"
	"os/signal"
	"syscall"
)

// OnQuit writes what is outstanding (see WritePending) to w, or to standard error
// if w is nil, when the process is sent SIGQUIT (Ctrl-\), and then lets the Go
// runtime do what it does then: write the stacks of all goroutines, and exit.
// What it returns undoes it.
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
			signal.Stop(quit) // it is the runtime's again
			_ = syscall.Kill(syscall.Getpid(), syscall.SIGQUIT)
		}
	}()
	return func() {
		signal.Stop(quit)
		close(quit)
		<-done
	}
}
