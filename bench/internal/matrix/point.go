// Package matrix says what is measured: the points, against which peer, and
// the goals.
package matrix

import (
	"fmt"
	"path"
	"strings"
)

// Measure is what a point compares.
type Measure string

// Throughput is messages a second, more is better. Latency is half of the
// median round trip in microseconds, less is better. Responses is requests a
// second, with response times. Crowded is messages or round trips a second between
// one socket and many, and in bursts how long each takes. Standing is memory and
// wake-ups of idle connections, less is better. Cost is processor time in nanoseconds.
const (
	Throughput Measure = "throughput"
	Latency    Measure = "latency"
	Responses  Measure = "responses"
	Crowded    Measure = "crowded"
	Standing   Measure = "standing"
	Cost       Measure = "cost"
)

// LessIsBetter reports whether a small figure is a good one.
func (m Measure) LessIsBetter() bool { return m == Latency || m == Standing || m == Cost }

// Patterns of messages.
const (
	PushPull = "push-pull"
	ReqRep   = "req-rep"
	PubSub   = "pub-sub"
)

// Patterns of the runtime alone.
const (
	Echo        = "echo"         // requests of Size over Outstanding connections, one at a time on each
	Idle        = "idle"         // Outstanding connections that send nothing
	TimerStart  = "timer-start"  // starts Outstanding timers
	TimerCancel = "timer-cancel" // cancels them
	TimerExpiry = "timer-expiry" // lets them expire

	ReadCached   = "file-cached"   // reads Size bytes at random places of a file, Outstanding at a time
	ReadUncached = "file-uncached" // past the page cache
	Transmit     = "transmit"      // sends a file of Size over a stream
)

// Point is one piece of work that any contender can be given.
type Point struct {
	Transport   string `json:"transport"` // tcp, ipc, inproc
	Pattern     string `json:"pattern"`
	Subscribers int    `json:"subscribers,omitempty"` // of PubSub, otherwise 0
	Peers       int    `json:"peers,omitempty"`       // of one socket: see peers.go
	Burst       int    `json:"burst,omitempty"`       // messages sent at a time; 0: a stream without a pause
	Window      int    `json:"window,omitempty"`      // requests in flight of each peer, where it is not the usual number
	Rate        int    `json:"rate,omitempty"`        // messages a second, paced by the clock; 0: as fast as possible
	Idle        int    `json:"idle,omitempty"`        // connections beside those of the peers, which ask nothing
	Batch       int    `json:"batch,omitempty"`       // messages that our programs send and receive with one call; 0: one by one
	Outstanding int    `json:"outstanding,omitempty"` // connections or timers, at a time
	Frames      int    `json:"frames,omitempty"`      // of a message; 0: one
	Size        int    `json:"size"`                  // bytes of a frame
}

// Family is the kind of program that does the work.
type Family string

// Each contender has one program in a family, or none.
const (
	Messaging Family = "messaging"
	Crowding  Family = "peers"
	Echoing   Family = "echo"
	Timing    Family = "timer"
	Reading   Family = "file"
	Sending   Family = "transmit"
)

// Family follows from the pattern.
func (p Point) Family() Family {
	if p.Peers > 0 {
		return Crowding
	}
	switch p.Pattern {
	case Echo, Idle:
		return Echoing
	case TimerStart, TimerCancel, TimerExpiry:
		return Timing
	case ReadCached, ReadUncached:
		return Reading
	case Transmit:
		return Sending
	}
	return Messaging
}

// String is the point's name: tcp/push-pull/8, tcp/pub-sub-100/64,
// echo/1000/64, idle/1000, timer/start/1000000,
// file/cached/32, transmit/65536, peers/push-pull/8/64/burst-10.
func (p Point) String() string {
	pattern := p.Pattern
	switch p.Family() {
	case Crowding:
		return p.crowdName()
	case Timing, Reading:
		return fmt.Sprintf("%s/%d", strings.Replace(pattern, "-", "/", 1), p.Outstanding)
	case Sending:
		return fmt.Sprintf("%s/%d", pattern, p.Size)
	case Echoing:
		if p.Pattern == Idle {
			return fmt.Sprintf("%s/%d", pattern, p.Outstanding)
		}
		return fmt.Sprintf("%s/%d/%d", pattern, p.Outstanding, p.Size)
	}
	if p.Subscribers > 0 {
		pattern = fmt.Sprintf("%s-%d", pattern, p.Subscribers)
	}
	return fmt.Sprintf("%s/%s/%d", p.Transport, pattern, p.Size)
}

// Measure follows from the pattern.
func (p Point) Measure() Measure {
	if p.Peers > 0 {
		return Crowded
	}
	switch p.Pattern {
	case ReqRep:
		return Latency
	case Echo:
		return Responses
	case Idle:
		return Standing
	case TimerStart, TimerCancel, TimerExpiry:
		return Cost
	}
	return Throughput
}

// Comparison is a point at which we are compared with one peer.
type Comparison struct {
	Point Point
	Peer  string
}

// Match reports whether the point's name, or the beginning of it up to a slash,
// matches one of the patterns, in the syntax of path.Match: "echo/*" is all of
// the echo. No pattern at all matches everything.
func (c Comparison) Match(patterns []string) (bool, error) {
	matched := len(patterns) == 0
	for _, pattern := range patterns {
		ok, err := path.Match(pattern, firstParts(c.Point.String(), strings.Count(pattern, "/")+1))
		if err != nil {
			return false, fmt.Errorf("point pattern %q: %w", pattern, err)
		}
		matched = matched || ok
	}
	return matched, nil
}

// firstParts is what name says up to its nth slash.
func firstParts(name string, n int) string {
	parts := strings.Split(name, "/")
	return strings.Join(parts[:min(n, len(parts))], "/")
}

// SizeText is the size as the tables show it: 8 B, 64 KiB.
func (p Point) SizeText() string {
	switch {
	case p.Size >= 1<<30 && p.Size%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", p.Size>>30)
	case p.Size >= 1<<20 && p.Size%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", p.Size>>20)
	case p.Size >= 1<<10 && p.Size%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", p.Size>>10)
	}
	return fmt.Sprintf("%d B", p.Size)
}

// Work is the point as the tables show it: "PUSH/PULL tcp 8 B".
func (p Point) Work() string {
	if p.Peers > 0 {
		return p.crowdWork()
	}
	switch p.Pattern {
	case Echo:
		return fmt.Sprintf("%s, %s", p.SizeText(), plural(p.Outstanding, "connection"))
	case Idle:
		return plural(p.Outstanding, "connection")
	case TimerStart, TimerCancel, TimerExpiry:
		_, what, _ := strings.Cut(p.Pattern, "-")
		return fmt.Sprintf("%s of a timer among %s", what, WithCommas(p.Outstanding))
	case ReadCached, ReadUncached:
		_, what, _ := strings.Cut(p.Pattern, "-")
		return fmt.Sprintf("%s of a file, %s, %d at a time", p.SizeText(), what, p.Outstanding)
	case Transmit:
		return fmt.Sprintf("transmit a file of %s", p.SizeText())
	}
	pattern := strings.ToUpper(strings.ReplaceAll(p.Pattern, "-", "/"))
	work := fmt.Sprintf("%s %s %s", pattern, p.Transport, p.SizeText())
	if p.Subscribers == 0 {
		return work
	}
	return work + ", " + plural(p.Subscribers, "subscriber")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return WithCommas(n) + " " + what + "s"
}

// WithCommas is n with commas: 10,000.
func WithCommas(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", WithCommas(n/1000), n%1000)
}
