package backend

import (
	"log/slog"
	"os"
)

// Options are passed to the constructor of a backend. The zero value selects the
// documented defaults.
type Options struct {
	Entries          int          // uring: submission queue entries; 0 means 256
	Locked           bool         // uring: only one thread calls New, Wait and Close, and it waits in the kernel
	DisabledFeatures []string     // names of features not to use: see Feature
	Logger           *slog.Logger // nil: no logging

	// The rest is for a backend around another one.

	Pool   bool                          // several goroutines call Wait, in turn
	Open   func(Source) (Backend, error) // opens the other backend; nil stands for the default one
	Notify Notify                        // delivers the system's signals
}

// Notify makes the system call deliver for each of the signals, until stop is called.
type Notify = func(deliver func(os.Signal), signals []os.Signal) (stop func())
