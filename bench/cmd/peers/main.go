// Command peers measures one socket that has many peers: both sides of each
// pattern, one process each. peers/libzmq has the same two programs in C.
//
//	peers [FLAGS] one  PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST
//	peers [FLAGS] many PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST
//
// One binds one socket; many connects PEERS sockets. PATTERN names their types,
// the one side's first: push-pull, pull-push, pub-sub, router-dealer,
// rep-req. COUNT is messages or round trips, of all peers together; SIZE is bytes
// of a message; CONTROL is the path of a Unix socket on which the two processes
// coordinate (control.go). BURST is "stream", without a pause, or how many messages are
// sent at a time: the next are sent only when these have been received.
//
// A stream's rate is that of the receivers from the first message to the last. A
// burst lasts from its first send to its last receipt, or its last answer; only that
// time counts for the rate. The latencies printed are how long bursts took, or in
// rep-req how long a request waited for its reply. They are not halved.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"strconv"

	"github.com/actum-go/actum/zmq"
)

func main() {
	var o zmq.ContextOptions
	profile := flag.String("cpuprofile", "", "write a profile of processor time to this file")
	flag.StringVar(&o.Backend, "backend", "", "the backend: uring, epoll, goroutine")
	flag.Parse()
	if err := profiled(*profile, func() error { return run(flag.Args(), o) }); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func profiled(name string, f func() error) error {
	if name == "" {
		return f()
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return err
	}
	err = f()
	pprof.StopCPUProfile()
	return errors.Join(err, file.Close())
}

// job is the parsed command line.
type job struct {
	pattern           string
	endpoint, control string
	size, count       int
	peers, burst      int // burst 0: a stream
}

func parse(args []string) (j job, err error) {
	if len(args) != 7 {
		return j, errors.New("usage: peers one|many PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST")
	}
	j = job{pattern: args[0], endpoint: args[1], control: args[2]}
	if args[6] == "stream" {
		args[6] = "0"
	}
	for i, to := range []*int{&j.size, &j.count, &j.peers, &j.burst} {
		if *to, err = strconv.Atoi(args[3+i]); err != nil || *to < 0 || (*to == 0 && to != &j.burst) {
			return j, fmt.Errorf("%q is not a number above 0", args[3+i])
		}
	}
	if j.burst > 0 && j.count%j.burst != 0 {
		return j, fmt.Errorf("COUNT must be a multiple of BURST: %d is none of %d", j.count, j.burst)
	}
	return j, nil
}

// pattern has the two sides of a pattern. The sockets of many connect, that of one binds.
type pattern struct {
	one, many         zmq.Type
	oneDoes, manyDoes func(*side) error
}

var patterns = map[string]pattern{
	"push-pull":     {zmq.PUSH, zmq.PULL, (*side).send, (*side).receive},
	"pull-push":     {zmq.PULL, zmq.PUSH, (*side).receive, (*side).send},
	"pub-sub":       {zmq.PUB, zmq.SUB, (*side).send, (*side).receive},
	"router-dealer": {zmq.ROUTER, zmq.DEALER, (*side).echo, (*side).ask},
	"rep-req":       {zmq.REP, zmq.REQ, (*side).echo, (*side).ask},
}

func run(args []string, o zmq.ContextOptions) error {
	if len(args) == 0 {
		args = []string{""}
	}
	j, err := parse(args[1:])
	if err != nil {
		return err
	}
	p, known := patterns[j.pattern]
	if !known {
		return fmt.Errorf("no pattern %q", j.pattern)
	}
	s := &side{job: j}
	if s.zmq, err = zmq.NewContext(o); err != nil {
		return err
	}
	switch args[0] {
	case "one":
		err = s.one(p)
	case "many":
		err = s.many(p)
	default:
		err = fmt.Errorf("no side %q", args[0])
	}
	return errors.Join(err, s.zmq.Close())
}
