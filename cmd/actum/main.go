// Command actum sends and receives ZeroMQ messages from the command line,
// measures, and demonstrates:
//
//	actum push|pull|pub|sub|req|rep|dealer|router|pair [--bind EP] [--connect EP] ...
//	actum perf local_thr|remote_thr|local_lat|remote_lat|inproc_thr|inproc_lat|pub_thr|sub_thr ...
//	actum demo
//	actum backends [--json]
//	actum trace --format chrome|dot|text|replay --output FILE COMMAND [ARGS...]
//	actum trace --replay FILE
//
// See actum --help, and package exit for what its exit codes mean.
package main

import (
	"os"

	"github.com/actum-go/actum/cmd/actum/internal/cli"
	"github.com/actum-go/actum/cmd/actum/internal/system"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], system.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
