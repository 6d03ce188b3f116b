package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/actum-go/actum/bench/internal/switches"
	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/zmq"
)

const (
	// topicsEach is how many topics of its own each subscriber of pub-sub wants.
	topicsEach = 10
	// defaultWindow is how many requests each DEALER has in flight in a stream.
	defaultWindow = 100
	// timeSize is the bytes of the time with which a message begins that is sent at a
	// rate.
	timeSize = 8
)

// job is the parsed command line.
type job struct {
	side, pattern     string
	endpoint, control string
	size, count       int
	peers, burst      int // burst 0: a stream

	frames  int
	window  int
	rate    int
	batch   int
	idle    int
	timed   bool
	profile string
	context zmq.ContextOptions
}

// flags are the flags, which may precede the other arguments, too.
func (j *job) flags(off *string) *flag.FlagSet {
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error has the text
	flags.IntVar(&j.frames, "frames", 1, "frames of a message")
	flags.IntVar(&j.window, "window", 0, "requests in flight of each socket in a stream (default 100, of a REQ 1)")
	flags.IntVar(&j.rate, "rate", 0, "send this number of messages a second, paced by the clock")
	flags.IntVar(&j.batch, "batch", 0, "send and receive this number of messages with one call")
	flags.IntVar(&j.idle, "idle", 0, "connections beside those of the peers, which ask nothing")
	flags.BoolVar(&j.timed, "timed", false, "report how long each request of a stream waited")
	flags.StringVar(off, "off", "", "optimizations to switch off, separated by commas: "+strings.Join(switches.Names(), ","))
	flags.StringVar(&j.profile, "cpuprofile", "", "write a profile of processor time to this file")
	flags.StringVar(&j.context.Backend, "backend", "", "the backend: uring, epoll, goroutine")
	return flags
}

func parse(args []string) (j job, err error) {
	var off string
	flags := j.flags(&off)
	if err := flags.Parse(args); err != nil {
		return j, fmt.Errorf("%w: %w", errUsage, err)
	}
	args = flags.Args()
	if len(args) < 8 {
		return j, fmt.Errorf("%w: peers one|many|both PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST|stream [FLAGS]", errUsage)
	}
	if err := flags.Parse(args[8:]); err != nil {
		return j, fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 {
		return j, fmt.Errorf("%w: what is %q?", errUsage, flags.Arg(0))
	}
	j.side, j.pattern, j.endpoint, j.control = args[0], args[1], args[2], args[3]
	for i, to := range []*int{&j.size, &j.count, &j.peers, &j.burst} {
		if i == 3 && args[7] == "stream" {
			continue
		}
		if *to, err = strconv.Atoi(args[4+i]); err != nil || *to <= 0 {
			return j, fmt.Errorf("%w: %q is not a number above 0", errUsage, args[4+i])
		}
	}
	t, err := switches.Off(off)
	if err != nil {
		return j, fmt.Errorf("%w: %w", errUsage, err)
	}
	tuning.Apply(&j.context, t)
	if j.oneByOne() {
		j.timed = true
		j.window = 1
	} else if j.window == 0 {
		j.window = defaultWindow
	}
	if err := j.check(); err != nil {
		return j, fmt.Errorf("%w: %w", errUsage, err)
	}
	return j, nil
}

// oneByOne reports whether each socket has one request in flight.
func (j *job) oneByOne() bool { return j.pattern == repReq || j.pattern == connect }

// oneWay reports whether messages are not answered.
func (j *job) oneWay() bool {
	t := patterns[j.pattern].one
	return t == zmq.PUSH || t == zmq.PULL || t == zmq.PAIR || t == zmq.PUB
}

// copies is how many subscribers get each message.
func (j *job) copies() int {
	if j.pattern == pubSubAll {
		return j.peers
	}
	return 1
}

func (j *job) check() error {
	_, known := patterns[j.pattern]
	switch {
	case !known:
		return fmt.Errorf("no pattern %q", j.pattern)
	case j.side != "one" && j.side != "many" && j.side != "both":
		return fmt.Errorf("no side %q", j.side)
	case j.burst > 0 && j.count%j.burst != 0:
		return fmt.Errorf("COUNT must be a multiple of BURST: %d is none of %d", j.count, j.burst)
	case j.burst > 0 && j.oneByOne():
		return errors.New("a REQ has one request in flight: there are no bursts")
	case j.count%j.copies() != 0:
		return fmt.Errorf("COUNT must be a multiple of PEERS: %d is none of %d", j.count, j.peers)
	case j.frames < 1 || j.window < 1 || j.rate < 0 || j.idle < 0:
		return errors.New("--frames and --window must be above 0, --rate and --idle not negative")
	case j.pattern == pair && j.peers != 1:
		return errors.New("a PAIR has one peer")
	case j.rate > 0 && (j.size < timeSize || j.frames > 1):
		return errors.New("a message that is sent at a rate has one frame, with room for a time")
	case j.batch < 0 || j.batch > 0 && (j.burst > 0 || j.rate > 0 || !j.oneWay() || j.pattern == pubSub):
		return errors.New("batches are sent in a stream, in one direction, without topics")
	}
	return nil
}
