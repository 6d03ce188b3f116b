// Command gozeromq is one socket of go-zeromq/zmq4 that executes the commands on
// standard input and answers each with a line: peers/libzmq/main.c lists them.
// go-zeromq has no high-water marks, no linger and no routing errors, so their
// commands are missing.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/actum-go/actum/interop/internal/flow"
)

var sockets = map[string]func(context.Context, ...zmq4.Option) zmq4.Socket{
	"PAIR": zmq4.NewPair, "PUB": zmq4.NewPub, "SUB": zmq4.NewSub, "REQ": zmq4.NewReq, "REP": zmq4.NewRep,
	"DEALER": zmq4.NewDealer, "ROUTER": zmq4.NewRouter, "PULL": zmq4.NewPull, "PUSH": zmq4.NewPush,
}

func main() {
	if len(os.Args) != 2 || sockets[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: gozeromq TYPE")
		os.Exit(2)
	}
	orders := make(chan []string)
	go read(orders)
	p := &peer{open: sockets[os.Args[1]]}
	for words := range orders {
		result, err := p.run(words[0], words[1:])
		switch {
		case err != nil:
			fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", "; "))
		case result != "":
			fmt.Println("ok", result)
		default:
			fmt.Println("ok")
		}
		if words[0] == "close" {
			return
		}
	}
}

// read passes lines on. The program ends with standard input, even in the middle
// of a command.
func read(orders chan<- []string) {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		orders <- strings.Fields(lines.Text())
	}
	os.Exit(0)
}

type peer struct {
	open        func(context.Context, ...zmq4.Option) zmq4.Socket
	zmq4.Socket // nil before its options are known
}

var errUnknown = errors.New("no such command")

// make makes the socket, which has its routing id from the start.
func (p *peer) make(options ...zmq4.Option) {
	options = append(options, zmq4.WithDialerRetry(10*time.Millisecond), zmq4.WithDialerMaxRetries(-1))
	p.Socket = p.open(context.Background(), options...)
}

func (p *peer) run(order string, words []string) (string, error) {
	if p.Socket == nil && order == "set" && words[0] == "routing_id" {
		id, err := flow.ParseFrames(words[1])
		if err == nil {
			p.make(zmq4.WithID(zmq4.SocketIdentity(id[0])))
		}
		return "", err
	}
	if p.Socket == nil {
		p.make()
	}
	switch {
	case order == "close":
		return "", p.close()
	case order == "hear":
		return p.hear()
	case order == "set" && len(words) == 2:
		return "", p.set(words[0], words[1])
	case len(words) == 1:
		return p.simple(order, words[0])
	case order == "exchange" && len(words) == 8:
		return "", p.exchange(words[:4], words[4:])
	}
	f, err := flow.Parse(words)
	if err != nil {
		return "", err
	}
	switch order {
	case "send":
		return "", p.send(f)
	case "recv":
		return "", p.recv(f)
	case "ask":
		return "", p.ask(f)
	}
	return "", errUnknown
}

func (p *peer) simple(order, word string) (string, error) {
	switch order {
	case "bind":
		if err := p.Listen(strings.Replace(word, ":*", ":0", 1)); err != nil {
			return "", err
		}
		if strings.HasPrefix(word, "ipc") {
			return word, nil
		}
		return "tcp://" + p.Addr().String(), nil
	case "connect":
		return "", p.Dial(word)
	case "say", "try":
		frames, err := flow.ParseFrames(word)
		if err != nil {
			return "", err
		}
		return "", p.SendMulti(zmq4.NewMsgFromString(frames))
	case "echo":
		count, err := strconv.Atoi(word)
		if err != nil {
			return "", err
		}
		return "", p.echo(count)
	}
	return "", errUnknown
}

func (p *peer) set(name, value string) error {
	option, ok := map[string]string{"subscribe": zmq4.OptionSubscribe, "unsubscribe": zmq4.OptionUnsubscribe}[name]
	if !ok {
		return errUnknown
	}
	frames, err := flow.ParseFrames(value)
	if err != nil {
		return err
	}
	return p.SetOption(option, frames[0])
}

func (p *peer) hear() (string, error) {
	m, err := p.Recv()
	if err != nil {
		return "", err
	}
	var frames []string
	for _, f := range m.Frames {
		frames = append(frames, string(f))
	}
	return flow.FormatFrames(frames), nil
}

// close succeeds also if the other side has closed the connection first.
func (p *peer) close() error {
	if err := p.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (p *peer) sendOne(f flow.Flow, n int) error {
	return p.SendMulti(zmq4.NewMsgFrom(f.Message(n)...))
}

func (p *peer) recvOne(f flow.Flow, n int) error {
	m, err := p.Recv()
	if err != nil {
		return fmt.Errorf("receiving message %d: %w", n, err)
	}
	return f.Check(n, m.Frames)
}

func (p *peer) send(f flow.Flow) error { return each(f, p.sendOne) }
func (p *peer) recv(f flow.Flow) error { return each(f, p.recvOne) }
func (p *peer) ask(f flow.Flow) error  { return each(f, p.sendOne, p.recvOne) }

func each(f flow.Flow, steps ...func(flow.Flow, int) error) error {
	for n := f.From; n < f.From+f.Count; n++ {
		for _, step := range steps {
			if err := step(f, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *peer) exchange(out, in []string) error {
	to, err := flow.Parse(out)
	if err != nil {
		return err
	}
	from, err := flow.Parse(in)
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() { sent <- p.send(to) }()
	return errors.Join(p.recv(from), <-sent)
}

func (p *peer) echo(count int) error {
	for range count {
		m, err := p.Recv()
		if err != nil {
			return err
		}
		if err := p.SendMulti(zmq4.NewMsgFrom(slices.Clone(m.Frames)...)); err != nil {
			return err
		}
	}
	return nil
}
