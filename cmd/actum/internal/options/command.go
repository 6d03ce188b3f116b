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
	texts := about()
	for _, name := range zmq.OptionNames() {
		fmt.Fprintf(t, "%s\t%s\n", name, texts[name])
	}
	return t.Flush()
}

// about describes each option in a few words.
func about() map[string]string {
	texts := map[string]string{}
	for _, o := range zmq.OptionInfos() {
		texts[o.Name] = o.About
		if o.Number == 0 {
			texts[o.Name] += " *"
		}
		if o.Alias != "" {
			texts[o.Alias] = "the same as " + o.Name
		}
	}
	return texts
}
