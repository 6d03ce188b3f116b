package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/result"
)

// runBesideIdle runs a job whose first process has that number of idle connections
// besides. They are made first, and the growth of the process is the memory that they
// take. They shake hands as a REQ does, and are made here: the same for all sides.
func runBesideIdle(ctx context.Context, job contender.Job, endpoint string, connections int) (o outcome, idle result.Idle, err error) {
	s, err := startServer(ctx, job.Local)
	if err != nil {
		return o, idle, err
	}
	ended := false
	defer func() {
		if !ended {
			s.stop()
		}
	}()
	address := strings.TrimPrefix(endpoint, "tcp://")
	first, err := dialIdle(ctx, address)
	if err != nil {
		return o, idle, err
	}
	conns := []net.Conn{first}
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	before, err := memoryOf(ctx, s, job.Managed)
	if err != nil {
		return o, idle, err
	}
	more, err := dialAll(ctx, address, connections-1)
	conns = append(conns, more...)
	if err != nil {
		return o, idle, err
	}
	after, err := memoryOf(ctx, s, job.Managed)
	if err != nil {
		return o, idle, err
	}
	idle = growth(before, after, len(more))
	if o, err = runProcess(ctx, job.Remote); err != nil {
		return o, idle, errors.Join(err, fmt.Errorf("the other process said: %q", s.errout.String()))
	}
	ended = true
	for range s.lines {
	}
	if err := s.command.Wait(); err != nil {
		return o, idle, describe(ctx, s.command, err, s.errout.String())
	}
	o.cpu = sum(o.cpu, accountOf(s.command.ProcessState))
	return o, idle, nil
}

// growth is what each of the connections takes.
func growth(before, after memory, connections int) (idle result.Idle) {
	idle.Managed = float64(after.managed-before.managed) / float64(connections)
	idle.Process = float64(after.process-before.process) / float64(connections)
	return idle
}

// dialsAtOnce is how many connections are made at a time: fewer than a listener's
// backlog.
const dialsAtOnce = 32

// dialAll returns the connections that could be made, also with an error.
func dialAll(ctx context.Context, address string, n int) (made []net.Conn, err error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range dialsAtOnce {
		all.Go(func() {
			for range (n + i) / dialsAtOnce {
				conn, failed := dialIdle(ctx, address)
				mu.Lock()
				if failed == nil {
					made = append(made, conn)
				}
				err = errors.Join(err, failed)
				mu.Unlock()
				if failed != nil {
					return
				}
			}
		})
	}
	all.Wait()
	return made, err
}

// dialIdle connects, as soon as the address is bound, and shakes hands.
func dialIdle(ctx context.Context, address string) (net.Conn, error) {
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", address)
		if err == nil {
			if err = greet(conn); err != nil {
				conn.Close()
				return nil, err
			}
			return conn, nil
		}
		if ctx.Err() != nil || time.Now().After(until) {
			return nil, err
		}
	}
}

// greeting and ready are what a REQ sends: RFC 37, without a mechanism.
var (
	greeting = append([]byte("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL"), make([]byte, 64-16)...)
	ready    = []byte("\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03REQ")
)

// greet sends the handshake and reads the other side's: a greeting of 64 bytes, and a
// command of less than 256.
func greet(conn io.ReadWriter) error {
	if _, err := conn.Write(append(bytes.Clone(greeting), ready...)); err != nil {
		return err
	}
	head := make([]byte, len(greeting)+2)
	if _, err := io.ReadFull(conn, head); err != nil {
		return fmt.Errorf("the greeting: %w", err)
	}
	command := make([]byte, head[len(head)-1])
	if _, err := io.ReadFull(conn, command); err != nil {
		return fmt.Errorf("the handshake: %w", err)
	}
	if head[len(greeting)] != 4 || !bytes.HasPrefix(command, []byte("\x05READY")) {
		return fmt.Errorf("the other side answered %q instead of READY", command)
	}
	return nil
}
