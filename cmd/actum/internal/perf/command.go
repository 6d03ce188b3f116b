// Package perf measures with the arguments and the closing lines of libzmq's perf
// programs, so that either side can be libzmq's:
//
//	local_thr ENDPOINT SIZE COUNT         binds, receives     remote_thr   connects, sends
//	local_lat ENDPOINT SIZE ROUNDTRIPS    binds, answers      remote_lat   connects, asks
//	inproc_thr SIZE COUNT                 both                inproc_lat SIZE ROUNDTRIPS
//	pub_thr ENDPOINT SIZE COUNT SUBSCRIBERS                   sub_thr, the same
//
// A throughput is measured by the receiver from its first message to its last. A
// latency is half of a round trip. Processor time goes to standard error.
package perf

import (
	"context"
	"fmt"
	"strconv"

	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/zmq"
)

// Command is `actum perf` as the command line's parser sees it.
type Command struct {
	Off        []string `help:"Switch optimizations off: ${enum}." enum:"${switches}" placeholder:"NAME"`
	Backend    string   `help:"The proactor's backend instead of the best one; actum backends lists them." placeholder:"NAME"`
	CPUProfile string   `name:"cpuprofile" help:"Write a profile of processor time to this file." placeholder:"FILE"`
	MemProfile string   `name:"memprofile" help:"Write a profile of every allocation to this file." placeholder:"FILE"`
	Allocs     bool     `help:"Print how many objects each message allocates."`
	Batch      number   `default:"1" help:"Messages that a throughput program sends or receives in one call (SendBatch, RecvBatch); 1: one by one." placeholder:"N"`
	JSON       bool     `short:"j" name:"json" help:"Print one JSON object at the end, processor time included."`

	LocalThr  localThr  `cmd:"" name:"local_thr" help:"Bind, receive (PULL), print the throughput."`
	RemoteThr remoteThr `cmd:"" name:"remote_thr" help:"Connect, send (PUSH)."`
	LocalLat  localLat  `cmd:"" name:"local_lat" help:"Bind, answer (REP)."`
	RemoteLat remoteLat `cmd:"" name:"remote_lat" help:"Connect, ask (REQ), print the latency."`
	InprocThr inprocThr `cmd:"" name:"inproc_thr" help:"Both ends of inproc, print the throughput."`
	InprocLat inprocLat `cmd:"" name:"inproc_lat" help:"Both ends of inproc, print the latency."`
	PubThr    pubThr    `cmd:"" name:"pub_thr" help:"Bind, wait for subscribers, publish (PUB), end with an empty message."`
	SubThr    subThr    `cmd:"" name:"sub_thr" help:"Connect subscribers (SUB), print their throughput together."`
}

// Help is shown by --help.
func (Command) Help() string {
	return `Either side may be libzmq's own program of that name. Throughput is the receiver's, from its first message to its last; latency is half of a round trip. Processor time goes to standard error.

With --json: program, messageBytes, messages or roundTrips, cpu (userSeconds, systemSeconds); and as far as it is measured, throughput (seconds, messagesPerSecond, megabitsPerSecond), latency (mean, p50, p99 and p999, each ...Microseconds), delivered (messages, expected), allocationsPerMessage. These names do not change.

Examples:

    actum perf local_thr tcp://127.0.0.1:5555 64 1000000
    actum perf remote_thr tcp://127.0.0.1:5555 64 1000000
    actum perf inproc_lat 8 100000 --allocs
    actum perf inproc_lat 8 100000 --json | jq .latency.p99Microseconds
    actum perf inproc_thr 8 10000000 --cpuprofile cpu.out
    actum perf inproc_thr 8 100000000 --batch 100`
}

// throughputArgs, like the following types, are arguments that programs share.
type throughputArgs struct {
	Endpoint string `arg:"" help:"tcp://host:port or ipc://path."`
	Size     size   `arg:"" help:"Bytes of a message."`
	Count    number `arg:"" help:"Messages."`
}

type latencyArgs struct {
	Endpoint   string `arg:"" help:"tcp://host:port or ipc://path."`
	Size       size   `arg:"" help:"Bytes of a message."`
	Roundtrips number `arg:"" help:"Round trips."`
}

type inprocThroughputArgs struct {
	Size  size   `arg:"" help:"Bytes of a message."`
	Count number `arg:"" help:"Messages."`
}

type inprocLatencyArgs struct {
	Size       size   `arg:"" help:"Bytes of a message."`
	Roundtrips number `arg:"" help:"Round trips."`
}

// fanoutArgs do not allow size 0, because an empty message marks the end.
type fanoutArgs struct {
	Endpoint    string `arg:"" help:"tcp://host:port or ipc://path."`
	Size        number `arg:"" help:"Bytes of a message."`
	Count       number `arg:"" help:"Messages."`
	Subscribers number `arg:"" help:"Subscribers."`
}

// size is 0 or more, number 1 or more.
type (
	size   int
	number int
)

// UnmarshalText is called by the parser.
func (s *size) UnmarshalText(text []byte) error { return parse((*int)(s), text, 0) }

// UnmarshalText is called by the parser.
func (n *number) UnmarshalText(text []byte) error { return parse((*int)(n), text, 1) }

func parse(to *int, text []byte, least int) (err error) {
	if *to, err = strconv.Atoi(string(text)); err != nil || *to < least {
		return fmt.Errorf("expected a number, %d or more, not %q", least, text)
	}
	return nil
}

type localThr struct{ throughputArgs }

// Run is called by the parser, as is the Run of each other program.
func (a *localThr) Run(ctx context.Context, c *Command, s system.Streams) error {
	return c.run(ctx, s, report{Program: "local_thr", MessageBytes: int(a.Size), Messages: int(a.Count)}, func(r *run) error {
		socket, err := r.bound(zmq.PULL, a.Endpoint)
		if err != nil {
			return err
		}
		return r.pull(socket, int(a.Size), int(a.Count))
	})
}

type remoteThr struct{ throughputArgs }

func (a *remoteThr) Run(ctx context.Context, c *Command, s system.Streams) error {
	return c.run(ctx, s, report{Program: "remote_thr", MessageBytes: int(a.Size), Messages: int(a.Count)}, func(r *run) error {
		socket, err := r.connected(zmq.PUSH, a.Endpoint)
		if err != nil {
			return err
		}
		return r.push(socket, int(a.Size), int(a.Count))
	})
}

type localLat struct{ latencyArgs }

func (a *localLat) Run(ctx context.Context, c *Command, s system.Streams) error {
	return c.run(ctx, s, report{Program: "local_lat", MessageBytes: int(a.Size), RoundTrips: int(a.Roundtrips)}, func(r *run) error {
		socket, err := r.bound(zmq.REP, a.Endpoint)
		if err != nil {
			return err
		}
		return r.answer(socket, int(a.Size), int(a.Roundtrips))
	})
}

type remoteLat struct{ latencyArgs }

func (a *remoteLat) Run(ctx context.Context, c *Command, s system.Streams) error {
	return c.run(ctx, s, report{Program: "remote_lat", MessageBytes: int(a.Size), RoundTrips: int(a.Roundtrips)}, func(r *run) error {
		socket, err := r.connected(zmq.REQ, a.Endpoint)
		if err != nil {
			return err
		}
		return r.ask(socket, int(a.Size), int(a.Roundtrips))
	})
}

type inprocThr struct{ inprocThroughputArgs }

func (a *inprocThr) Run(ctx context.Context, c *Command, s system.Streams) error {
	return c.run(ctx, s, report{Program: "inproc_thr", MessageBytes: int(a.Size), Messages: int(a.Count)}, func(r *run) error {
		return r.inproc(end{zmq.PULL, r.pull}, end{zmq.PUSH, r.silent().push}, int(a.Size), int(a.Count))
	})
}

type inprocLat struct{ inprocLatencyArgs }

func (a *inprocLat) Run(ctx context.Context, c *Command, s system.Streams) error {
	return c.run(ctx, s, report{Program: "inproc_lat", MessageBytes: int(a.Size), RoundTrips: int(a.Roundtrips)}, func(r *run) error {
		return r.inproc(end{zmq.REP, r.silent().answer}, end{zmq.REQ, r.ask}, int(a.Size), int(a.Roundtrips))
	})
}

type pubThr struct{ fanoutArgs }

func (a *pubThr) Run(ctx context.Context, c *Command, s system.Streams) error {
	return c.run(ctx, s, report{Program: "pub_thr", MessageBytes: int(a.Size), Messages: int(a.Count)}, func(r *run) error {
		socket, err := r.bound(zmq.PUB, a.Endpoint)
		if err != nil {
			return err
		}
		return r.publish(socket, int(a.Size), int(a.Count), int(a.Subscribers))
	})
}

type subThr struct{ fanoutArgs }

func (a *subThr) Run(ctx context.Context, c *Command, s system.Streams) error {
	return c.run(ctx, s, report{Program: "sub_thr", MessageBytes: int(a.Size), Messages: int(a.Count)}, func(r *run) error { return r.subscribers(a.Endpoint, int(a.Size), int(a.Count), int(a.Subscribers)) })
}
