// Command transmit sends a file over a stream, again and again, as an operation
// of package proactor or by io.Copy. The raw sockets' program receives it.
//
//	transmit actum|copy remote_thr tcp://HOST:PORT SIZE COUNT
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/actum-go/actum/bench/internal/data"
)

const usageCode = 2

// job is to send the whole file count times to an address.
type job struct {
	address, name string
	size          int64
	count         int
}

var implementations = map[string]func(j job) error{
	"actum": transmitActum,
	"copy":  transmitCopy,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "transmit:", err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	if len(args) != 5 || implementations[args[0]] == nil || args[1] != "remote_thr" {
		fmt.Fprintln(os.Stderr, "usage: transmit actum|copy remote_thr tcp://HOST:PORT SIZE COUNT")
		os.Exit(usageCode)
	}
	j := job{address: strings.TrimPrefix(args[2], "tcp://")}
	if j.size, err = strconv.ParseInt(args[3], 10, 64); err != nil {
		return err
	}
	if j.count, err = strconv.Atoi(args[4]); err != nil {
		return err
	}
	if j.name, err = data.File(j.size); err != nil {
		return err
	}
	return implementations[args[0]](j)
}
