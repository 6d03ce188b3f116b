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
// median round trip in microseconds, less is better.
const (
	Throughput Measure = "throughput"
	Latency    Measure = "latency"
)

// Patterns of messages.
const (
	PushPull = "push-pull"
	ReqRep   = "req-rep"
	PubSub   = "pub-sub"
)

// Point is one piece of work that any contender can be given.
type Point struct {
	Transport   string `json:"transport"` // tcp, ipc, inproc
	Pattern     string `json:"pattern"`
	Subscribers int    `json:"subscribers,omitempty"` // of PubSub, otherwise 0
	Size        int    `json:"size"`                  // bytes of a message
}

// String is the point's name: tcp/push-pull/8, tcp/pub-sub-100/64.
func (p Point) String() string {
	pattern := p.Pattern
	if p.Subscribers > 0 {
		pattern = fmt.Sprintf("%s-%d", pattern, p.Subscribers)
	}
	return fmt.Sprintf("%s/%s/%d", p.Transport, pattern, p.Size)
}

// Measure is latency for REQ/REP and throughput for everything else.
func (p Point) Measure() Measure {
	if p.Pattern == ReqRep {
		return Latency
	}
	return Throughput
}

// Comparison is a point at which we are compared with one peer.
type Comparison struct {
	Point Point
	Peer  string
}

// Match reports whether the point's name matches one of the patterns, in the
// syntax of path.Match. No pattern at all matches everything.
func (c Comparison) Match(patterns []string) (bool, error) {
	matched := len(patterns) == 0
	for _, pattern := range patterns {
		ok, err := path.Match(pattern, c.Point.String())
		if err != nil {
			return false, fmt.Errorf("point pattern %q: %w", pattern, err)
		}
		matched = matched || ok
	}
	return matched, nil
}

// SizeText is the size as the tables show it: 8 B, 64 KiB.
func (p Point) SizeText() string {
	switch {
	case p.Size >= 1<<20 && p.Size%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", p.Size>>20)
	case p.Size >= 1<<10 && p.Size%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", p.Size>>10)
	}
	return fmt.Sprintf("%d B", p.Size)
}

// Work is the point as the tables show it: "PUSH/PULL tcp 8 B".
func (p Point) Work() string {
	pattern := strings.ToUpper(strings.ReplaceAll(p.Pattern, "-", "/"))
	work := fmt.Sprintf("%s %s %s", pattern, p.Transport, p.SizeText())
	switch p.Subscribers {
	case 0:
		return work
	case 1:
		return work + ", 1 subscriber"
	}
	return fmt.Sprintf("%s, %d subscribers", work, p.Subscribers)
}
