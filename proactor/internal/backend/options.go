package backend

import "log/slog"

// Options are passed to the constructor of a backend. The zero value selects the
// documented defaults.
type Options struct {
	Entries int          // uring: submission queue entries; 0 means 256
	Locked  bool         // uring: only one thread calls New, Wait and Close, and it waits in the kernel
	Without []string     // names of features not to use: see Feature
	Sim     any          // sim: its own options; nil means its defaults
	Logger  *slog.Logger // nil: no logging
}
