package backend

import "log/slog"

// Options are what every backend's constructor is given. The zero value is the
// documented default.
type Options struct {
	Entries int          // uring: submission queue entries; 0 means 256
	Sim     any          // sim: its own options; nil means its defaults
	Logger  *slog.Logger // nil: silent
}
