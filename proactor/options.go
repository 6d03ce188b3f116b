package proactor

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// BackendVariable is the environment variable that names the backend if
// Options.Backend is nil.
const BackendVariable = "ACTUM_BACKEND"

// Options are the options of a dispatcher. The zero value of each field is its default.
type Options struct {
	// Backend carries the operations out. Nil: the environment variable ACTUM_BACKEND
	// names the backend, and without that it is the first one that works on this system.
	// [Named] chooses one of this system's backends by name. Package sim has a simulated
	// network; package replay has one backend that records a journal, and one that replays
	// it.
	Backend Backend
	// Pool says how many goroutines dispatch: the zero value is one.
	Pool Pool
	// WaitMode says how the dispatcher waits for completions. The zero value is
	// WaitParked; docs/adr/0010 has figures that say when WaitLocked is better.
	WaitMode WaitMode
	// SpinLimit is how long at most a goroutine that waits in [Dispatcher.Await] spins,
	// looking for its completion, before it parks. 0 means 100 µs, and a negative value
	// switches spinning off. See docs/adr/0019.
	SpinLimit time.Duration
	// RingEntries is the size of uring's submission queue; 0 means 256.
	RingEntries int
	// DisabledFeatures names features that the backend must not use, of those that
	// [ProbeBackends] lists: to measure the effect of one, or to avoid a bug of a
	// kernel. A backend that has no features may still be used if Backend is nil; if
	// Backend names such a backend, New returns an error.
	DisabledFeatures []string
	// Record configures the causal record of operations, which is kept by default.
	Record RecordOptions
	// Diagnostics look for mistakes. None by default.
	Diagnostics Diagnostics
	// Logger logs which backend is used and why others were refused, pauses of
	// multishot accepts, and what Diagnostics find. Nil: nothing is logged. A goroutine
	// of its own calls it, with one record at a time, in order; therefore it may block,
	// and may close the dispatcher. Up to 1024 records wait for it; further ones
	// are dropped, and a record reports their number. New and Close return when all
	// earlier records have been handled, unless the Logger itself calls Close, or makes
	// no progress for a second.
	Logger *slog.Logger
}

// SocketOptions are applied to a socket before it is bound or connected. The zero
// value leaves everything to the system. On a socket that exists, the methods of Handle set
// options (SetKeepAlive, SetNoDelay, SetSockopt ...). Simulated sockets use the sizes, the
// backlog and the local address; a replay ignores all of them.
type SocketOptions struct {
	SendBuffer int    // SO_SNDBUF in bytes; 0 keeps the system's default; the system limits larger values
	RecvBuffer int    // SO_RCVBUF in bytes; likewise
	Backlog    int    // listeners: length of the accept queue; 0 means as long as the system allows
	LocalAddr  string // connect: literal IP:port, or a path for "unixgram", to bind first; empty for any; ignored for "unix"
	// ReusePort lets several listeners or datagram sockets have the same address; the
	// system distributes connections and datagrams among them (SO_REUSEPORT; not on
	// Windows).
	ReusePort bool
	// Device is the network interface that the socket uses (SO_BINDTODEVICE, Linux only,
	// which may need a privilege); "" for any.
	Device string
	// TypeOfService is the traffic class of the packets (IP_TOS, IPV6_TCLASS): 0 to 255.
	TypeOfService int
	// Control is called with the descriptor of the new socket, for any other option. It
	// must not keep the descriptor. Its error is that of the listen or the connect.
	Control func(fd uintptr) error
}

// validate returns an error that names the first wrong field.
func (o *Options) validate() error {
	if o.RingEntries < 0 || o.RingEntries > 32768 {
		return fmt.Errorf("proactor: Options.RingEntries is %d: it must be 0 (the default) or 1 to 32768", o.RingEntries)
	}
	if err := o.Pool.validate(); err != nil {
		return err
	}
	if err := o.WaitMode.validate(o.Pool); err != nil {
		return err
	}
	if err := o.Diagnostics.validate(o); err != nil {
		return err
	}
	if o.Record.History < 0 || o.Record.History > maxHistory {
		return fmt.Errorf("proactor: Options.Record.History is %d: it must be 0 (the default) to %d", o.Record.History, maxHistory)
	}
	return nil
}

// backendOptions is the part of o that a backend needs.
func backendOptions(o *Options) backend.Options {
	return backend.Options{
		Entries: o.RingEntries, Locked: o.WaitMode == WaitLocked, DisabledFeatures: o.DisabledFeatures,
		Logger: o.Logger, Pool: o.Pool.normal().Max > 1, Notify: notifySystem,
	}
}
