// Package contender knows the programs that are measured: how each is built,
// and the command lines that make it do the work of a point.
package contender

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/actum-go/actum/bench/internal/matrix"
)

// Contender is a program with the arguments of its family: those of libzmq's
// perf programs, or those of the echo servers.
type Contender struct {
	Name    string
	command []string // the program and what precedes the arguments
	options []string // what follows them
	load    string   // of an echo server: the load generator
	sink    string   // of a sender of files: the program that receives
	managed bool     // it has a Go runtime, which reports its memory
}

// Without returns the contender with a switch off: for an echo server a feature of its
// backend, which is named before the arguments.
func (c Contender) Without(s matrix.Switch) Contender {
	c.Name += " without " + s.Name
	if c.load != "" {
		c.command = append(slices.Clone(c.command), "--without", s.Off)
		return c
	}
	c.options = []string{"--off", s.Off}
	return c
}

// Job has the processes of one run. Local binds; there is no Remote for
// inproc. One of the two prints the figures.
//
// A Local that Serves says "listening", and runs until it is killed. Then Remote,
// which is started after that, has its process number as the last argument.
type Job struct {
	Local, Remote []string
	Serves        bool
	Managed       bool // Local prints its memory on SIGUSR1
}

// Job returns the command lines for count messages, or round trips, at point p.
// Endpoint is ignored for inproc.
func (c Contender) Job(p matrix.Point, endpoint string, count int) Job {
	switch p.Family() {
	case matrix.Echoing:
		return c.echoJob(p, endpoint, count)
	case matrix.Crowding:
		return c.crowdJob(p, endpoint, count)
	case matrix.Timing:
		return Job{Local: c.line(p.Pattern, []string{strconv.Itoa(p.Outstanding)})}
	case matrix.Reading:
		_, how, _ := strings.Cut(p.Pattern, "-")
		return Job{Local: c.line(how, []string{strconv.Itoa(p.Outstanding), strconv.Itoa(p.Size), strconv.Itoa(count)})}
	case matrix.Sending:
		tail := []string{endpoint, strconv.Itoa(p.Size), strconv.Itoa(count)}
		return Job{Local: append([]string{c.sink, "local_thr"}, tail...), Remote: c.line("remote_thr", tail)}
	}
	roles := rolesOf(p)
	tail := []string{strconv.Itoa(p.Size), strconv.Itoa(count)}
	if p.Transport == "inproc" {
		return Job{Local: c.line(roles.inproc, tail)}
	}
	tail = append([]string{endpoint}, tail...)
	if p.Pattern == matrix.PubSub {
		tail = append(tail, strconv.Itoa(p.Subscribers))
	}
	return Job{Local: c.line(roles.local, tail), Remote: c.line(roles.remote, tail)}
}

// echoJob runs the load generator, which sends requests or keeps idle connections.
func (c Contender) echoJob(p matrix.Point, endpoint string, count int) Job {
	size, connections := strconv.Itoa(p.Size), strconv.Itoa(p.Outstanding)
	client := []string{"idle", endpoint, size, connections}
	if p.Pattern == matrix.Echo {
		client = []string{"run", endpoint, size, strconv.Itoa(count), connections}
	}
	return Job{
		Local:   c.line("serve", []string{endpoint}),
		Remote:  append([]string{c.load}, client...),
		Serves:  true,
		Managed: c.managed,
	}
}

// crowdJob runs one socket in the first process and its peers in the other, or within
// one process both. Two processes coordinate over a Unix socket, which is named after
// the endpoint.
func (c Contender) crowdJob(p matrix.Point, endpoint string, count int) Job {
	load := "stream"
	if p.Burst > 0 {
		load = strconv.Itoa(p.Burst)
	}
	if p.Transport == "inproc" {
		endpoint = "inproc://peers"
	}
	tail := []string{p.Pattern, endpoint, controlPath(endpoint), strconv.Itoa(p.Size), strconv.Itoa(count), strconv.Itoa(p.Peers), load}
	if p.Frames > 1 {
		tail = append(tail, "--frames", strconv.Itoa(p.Frames))
	}
	if p.Window > 0 {
		tail = append(tail, "--window", strconv.Itoa(p.Window), "--timed")
	}
	if p.Batch > 0 && c.managed {
		tail = append(tail, "--batch", strconv.Itoa(p.Batch))
	}
	if p.Idle > 0 {
		tail = append(tail, "--idle", strconv.Itoa(p.Idle))
	}
	if p.Rate > 0 {
		tail = append(tail, "--rate", strconv.Itoa(p.Rate))
	}
	if p.Transport == "inproc" {
		return Job{Local: c.line("both", tail)}
	}
	return Job{Local: c.line("one", tail), Remote: c.line("many", tail), Managed: c.managed}
}

// controlPath is a path that no other run has. One process needs none.
func controlPath(endpoint string) string {
	if strings.HasPrefix(endpoint, "inproc://") {
		return "-"
	}
	if path, ok := strings.CutPrefix(endpoint, "ipc://"); ok {
		return path + ".control"
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(endpoint, "tcp://"), ":")
	return filepath.Join(os.TempDir(), "bench-"+port)
}

func (c Contender) line(role string, tail []string) []string {
	line := append([]string{}, c.command...)
	line = append(line, role)
	line = append(line, tail...)
	return append(line, c.options...)
}

type roles struct{ local, remote, inproc string }

func rolesOf(p matrix.Point) roles {
	switch p.Pattern {
	case matrix.ReqRep:
		return roles{"local_lat", "remote_lat", "inproc_lat"}
	case matrix.PubSub:
		return roles{"pub_thr", "sub_thr", ""}
	}
	return roles{"local_thr", "remote_thr", "inproc_thr"}
}
