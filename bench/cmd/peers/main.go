// Command peers measures one socket that has many peers: both sides of each
// pattern, one process each. peers/libzmq has the same programs in C.
//
//	peers one  PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST [FLAGS]
//	peers many PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST [FLAGS]
//	peers both PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST [FLAGS]
//
// One binds one socket; many connects PEERS sockets; both is both in one process, for
// inproc. PATTERN names the types, the one side's first: push-pull, pull-push, pair,
// pub-sub (ten topics of its own for each subscriber), pub-sub-all (all messages for
// each), router-dealer, router-router, rep-req; or connect, which is rep-req with a new
// socket and connection for each request, PEERS at a time. COUNT is messages received
// or round trips, of all peers together; SIZE is bytes of each frame; CONTROL is the
// path of a Unix socket on which two processes coordinate (control.go). BURST is
// "stream", without a pause, or how many messages are sent at a time: the next are sent
// only when these have been received.
//
// A stream's rate is that of the receivers from the first message to the last. A
// burst lasts from its first send to its last receipt, or its last answer; only that
// time counts for the rate. The latencies printed are how long bursts took, or in
// rep-req how long a request waited for its reply, or with --rate how long after it was
// due a message was received. They are not halved.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/pprof"

	"github.com/actum-go/actum/bench/internal/memory"
	"github.com/actum-go/actum/zmq"
)

// errUsage is wrapped by the errors of command lines that this program does not
// support. It ends with code 2, by which the runner skips a point.
var errUsage = errors.New("usage")

func main() {
	err := run(os.Args[1:])
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "peers:", err)
	if errors.Is(err, errUsage) {
		os.Exit(2)
	}
	os.Exit(1)
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

// pattern has the two sides of a pattern. The sockets of many connect, that of one binds.
type pattern struct {
	one, many         zmq.Type
	oneDoes, manyDoes func(*side) error
}

const (
	pair         = "pair"
	pubSub       = "pub-sub"
	pubSubAll    = "pub-sub-all"
	routerRouter = "router-router"
	repReq       = "rep-req"
	connect      = "connect"
)

var patterns = map[string]pattern{
	"push-pull":     {zmq.PUSH, zmq.PULL, (*side).send, (*side).receive},
	"pull-push":     {zmq.PULL, zmq.PUSH, (*side).receive, (*side).send},
	pair:            {zmq.PAIR, zmq.PAIR, (*side).send, (*side).receive},
	pubSub:          {zmq.PUB, zmq.SUB, (*side).send, (*side).receive},
	pubSubAll:       {zmq.PUB, zmq.SUB, (*side).send, (*side).receive},
	"router-dealer": {zmq.ROUTER, zmq.DEALER, (*side).echo, (*side).ask},
	routerRouter:    {zmq.ROUTER, zmq.ROUTER, (*side).echo, (*side).ask},
	repReq:          {zmq.REP, zmq.REQ, (*side).echo, (*side).ask},
	connect:         {zmq.REP, zmq.REQ, (*side).echo, (*side).visit},
}

func run(args []string) error {
	j, err := parse(args)
	if err != nil {
		return err
	}
	memory.ReportOnSignal()
	context, err := zmq.NewContext(j.context)
	if err != nil {
		return err
	}
	p := patterns[j.pattern]
	err = profiled(j.profile, func() error {
		s := &side{job: j, zmq: context}
		switch j.side {
		case "one":
			return s.one(p)
		case "many":
			return s.many(p)
		}
		return both(s, p)
	})
	return errors.Join(err, context.Close())
}
