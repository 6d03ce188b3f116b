// Package options lists the socket options that --opt sets.
package options

import (
	"fmt"
	"text/tabwriter"

	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/zmq"
)

// Command is `actum options` as the command line's parser sees it.
type Command struct{}

// Help is shown by --help.
func (Command) Help() string {
	return `--opt NAME=VALUE sets them. The names and the values are libzmq's: times in milliseconds; 0 is no high-water mark; -1 is no time limit, no size limit, no reconnecting; 0 and 1 are off and on. A ZMQ_ in front and upper case are fine. Where libzmq has no such option, it is marked with a *.

Examples:

    actum options
    actum push tcp://host:5555 --opt sndhwm=10 --opt linger=500`
}

// Run is called by the parser.
func (*Command) Run(s system.Streams) error {
	t := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, name := range zmq.OptionNames() {
		fmt.Fprintf(t, "%s\t%s\n", name, about[name])
	}
	return t.Flush()
}

// about describes each option in a few words.
var about = map[string]string{
	"backlog":           "connections that wait to be accepted",
	"connect_timeout":   "time for one attempt to connect; 0: the system's",
	"handshake_ivl":     "time for the handshake; 0: no limit",
	"heartbeat_ivl":     "time between heartbeats; 0: none are sent",
	"heartbeat_timeout": "time for the answer to a heartbeat; -1: the interval",
	"heartbeat_ttl":     "time after which the peer may give us up; 0: it decides",
	"identity":          "the same as routing_id",
	"immediate":         "queue only for peers that are connected",
	"linger":            "time for the last messages at the end; -1: no limit",
	"maxframes":         "frames that a received message may have; -1: no limit *",
	"maxmsgsize":        "largest frame received, in bytes",
	"maxmsgsize_total":  "largest message received, all its frames, in bytes *",
	"probe_router":      "send an empty message to each new peer",
	"rcvbuf":            "the system's receive buffer, in bytes; -1: its choice",
	"rcvhwm":            "messages to queue for receiving, for each peer; 0: no limit",
	"rcvhwm_bytes":      "bytes to queue for receiving, for each peer *",
	"rcvtimeo":          "time to wait for a message; -1: no limit",
	"reconnect_ivl":     "time between attempts to connect; -1: one attempt",
	"reconnect_ivl_max": "that time doubles up to here; 0: it does not",
	"req_correlate":     "number requests, to tell late replies",
	"req_relaxed":       "let a request follow one that was not answered",
	"router_handover":   "a new peer takes a routing id over",
	"router_mandatory":  "report messages to a routing id that nobody has",
	"routing_id":        "the name by which a ROUTER knows this socket",
	"sndbuf":            "the system's send buffer, in bytes; -1: its choice",
	"sndhwm":            "messages to queue for sending, for each peer; 0: no limit",
	"sndhwm_bytes":      "bytes to queue for sending, for each peer *",
	"sndtimeo":          "time to wait for room to send; -1: no limit",
	"stall_timeout":     "time for more of a message that has begun; 0: no limit *",
	"subscribe":         "receive messages that start so; repeatable",
	"xpub_nodrop":       "wait for slow subscribers instead of dropping",
}
