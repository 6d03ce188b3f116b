// Command subscriptions measures what subscriptions cost a publisher of ours, with
// the same steps and output as peers/subscriptions/libzmq.c, which describes them.
//
//	subscriptions ENDPOINT SUBSCRIPTIONS MESSAGES
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/actum-go/actum/zmq"
)

const usageCode = 2

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "subscriptions:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: subscriptions ENDPOINT SUBSCRIPTIONS MESSAGES")
		os.Exit(usageCode)
	}
	if args[0] == "subscriber" {
		n, err := positive(args[2])
		if err != nil {
			return err
		}
		return subscribe(args[1], n)
	}
	n, err := positive(args[1])
	if err != nil {
		return err
	}
	count, err := positive(args[2])
	if err != nil {
		return err
	}
	return publish(args[0], n, count)
}

func positive(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%q is not a positive number", text)
	}
	return n, nil
}

const topicSize, digits = 13, 7

// setTopic makes b the i-th topic: topic/0001234.
func setTopic(b []byte, i int) {
	copy(b, "topic/")
	for at := topicSize - 1; at >= topicSize-digits; at-- {
		b[at] = byte('0' + i%10)
		i /= 10
	}
}

// shuffled visits all topics in an order far from ascending.
func shuffled(i, n int) int { return i * 7919 % n }

// subscribe is the SUB's process: it obeys lines on standard input.
func subscribe(endpoint string, n int) error {
	sub, err := zmq.NewSocket(zmq.SUB, zmq.Options{Linger: zmq.NoLinger})
	if err != nil {
		return err
	}
	if err := sub.Connect(endpoint); err != nil {
		return err
	}
	ctx, topic := context.Background(), make([]byte, topicSize)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		step := lines.Text()
		do := sub.Subscribe
		if step == "c" {
			do = sub.Unsubscribe
		}
		for i := 0; i < n && strings.Contains("stc", step); i++ {
			setTopic(topic, shuffled(i, n))
			if err := do(string(topic)); err != nil {
				return err
			}
		}
		mark := "~" + step
		if err := sub.Subscribe(mark); err != nil {
			return err
		}
		for marked := false; !marked; {
			m, err := sub.Recv(ctx)
			if err != nil {
				return err
			}
			marked = string(m.Bytes()) == mark
			m.Release()
		}
		fmt.Print(step)
	}
	return nil
}

// publisher is the PUB, and the process of the SUB.
type publisher struct {
	*zmq.Socket
	sub  *exec.Cmd
	to   *os.File
	said chan byte
}

func start(endpoint string, n int) (*publisher, error) {
	pub, err := zmq.NewSocket(zmq.PUB, zmq.Options{NoDrop: true, Linger: zmq.NoLinger})
	if err != nil {
		return nil, err
	}
	if err := pub.Bind(endpoint); err != nil {
		return nil, err
	}
	in, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	from, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p := &publisher{Socket: pub, to: to, said: make(chan byte, 1)}
	p.sub = exec.Command(os.Args[0], "subscriber", endpoint, strconv.Itoa(n))
	p.sub.Stdin, p.sub.Stdout, p.sub.Stderr = in, out, os.Stderr
	if err := p.sub.Start(); err != nil {
		return nil, err
	}
	in.Close()
	out.Close()
	go func() {
		for b := make([]byte, 1); ; {
			if _, err := from.Read(b); err != nil {
				close(p.said)
				return
			}
			p.said <- b[0]
		}
	}()
	return p, nil
}

// step has the SUB do something, does the publisher's part of it, and publishes the
// mark until the SUB has received it.
func (p *publisher) step(step byte, with func() error) (time.Duration, error) {
	begun := time.Now()
	if _, err := p.to.Write([]byte{step, '\n'}); err != nil {
		return 0, err
	}
	if with != nil {
		if err := with(); err != nil {
			return 0, err
		}
	}
	mark := []byte{'~', step}
	for {
		if err := p.SendBytes(context.Background(), mark); err != nil {
			return 0, err
		}
		select {
		case said := <-p.said:
			if said != step {
				return 0, errors.New("the subscriber is gone")
			}
			return time.Since(begun), nil
		case <-time.After(time.Millisecond):
		}
	}
}

// sendAll publishes count topics.
func (p *publisher) sendAll(n, count int, last byte) error {
	ctx, topic := context.Background(), make([]byte, topicSize)
	for i := range count {
		setTopic(topic, shuffled(i, n))
		if last != 0 {
			topic[topicSize-1] = last
		}
		if err := p.SendBytes(ctx, topic); err != nil {
			return err
		}
	}
	return nil
}

func publish(endpoint string, n, count int) error {
	p, err := start(endpoint, n)
	if err != nil {
		return err
	}
	if _, err := p.step('b', nil); err != nil {
		return err
	}
	before, err := resident()
	if err != nil {
		return err
	}
	took, err := p.step('s', nil)
	if err != nil {
		return err
	}
	after, err := resident()
	if err != nil {
		return err
	}
	fmt.Printf("subscribe: %.3f [ms]\n", ms(took))
	fmt.Printf("memory: %d [B]\n", after-before)

	begun := time.Now()
	if err := p.sendAll(n, count, 'x'); err != nil {
		return err
	}
	fmt.Printf("miss: %.0f [msg/s]\n", float64(count)/time.Since(begun).Seconds())

	if _, err := p.step('h', nil); err != nil {
		return err
	}
	took, err = p.step('i', func() error { return p.sendAll(n, count, 0) })
	if err != nil {
		return err
	}
	fmt.Printf("hit: %.0f [msg/s]\n", float64(count)/took.Seconds())

	if took, err = p.step('c', nil); err != nil {
		return err
	}
	fmt.Printf("cancel: %.3f [ms]\n", ms(took))

	if _, err := p.step('t', nil); err != nil {
		return err
	}
	longest, err := p.leave()
	if err != nil {
		return err
	}
	fmt.Printf("leave: %.3f [ms]\n", ms(longest))
	return nil
}

// leave kills the SUB and returns the longest send that follows within half a
// second.
func (p *publisher) leave() (longest time.Duration, err error) {
	if err := p.sub.Process.Kill(); err != nil {
		return 0, err
	}
	_ = p.sub.Wait() // killed
	begun := time.Now()
	for last := begun; last.Sub(begun) < time.Second/2; {
		if err := p.SendBytes(context.Background(), []byte("nobody")); err != nil {
			return 0, err
		}
		now := time.Now()
		longest, last = max(longest, now.Sub(last)), now
	}
	return longest, nil
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

// resident is the memory of this process in bytes.
func resident() (int, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var total, pages int
	_, err = fmt.Sscan(string(text), &total, &pages)
	return pages * os.Getpagesize(), err
}
