package backend

import "log/slog"

// Options are what every backend's constructor is given. The zero value is the
// documented default.
type Options struct {
	Entries int          // uring: submission queue entries; 0 means 256
	Locked  bool         // uring: New, Wait and Close are called by one thread, which waits in the kernel
	Without []string     // features not to be used, by their names: see Feature
	Sim     any          // sim: its own options; nil means its defaults
	Logger  *slog.Logger // nil: silent
}
