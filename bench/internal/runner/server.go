package runner

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"github.com/actum-go/actum/bench/internal/contender"
)

// server is a process that prints lines and does not end by itself.
type server struct {
	command *exec.Cmd
	stdin   io.Closer
	lines   chan string // of its standard output; closed when that ends
	errout  bytes.Buffer
}

// startServer starts a process. It must be stopped.
func startServer(ctx context.Context, line []string) (*server, error) {
	s := &server{command: exec.CommandContext(ctx, line[0], line[1:]...), lines: make(chan string, 16)}
	s.command.Stderr = &s.errout
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if s.stdin, err = s.command.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			s.lines <- scanner.Text()
		}
	}()
	return s, nil
}

// expect returns the next line with the prefix. It skips others, because libraries
// log.
func (s *server) expect(ctx context.Context, begin string) (string, error) {
	for {
		select {
		case line, ok := <-s.lines:
			if ok && strings.HasPrefix(line, begin) {
				return line, nil
			}
			if !ok {
				return "", fmt.Errorf("ended instead of %q: %w", begin, s.end())
			}
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// end is the error of a process that has ended by itself, with its output.
func (s *server) end() error {
	err := s.command.Wait()
	return describe(context.Background(), s.command, err, s.errout.String())
}

func (s *server) pid() int { return s.command.Process.Pid }

// dismiss ends the process by closing its input.
func (s *server) dismiss() {
	s.stdin.Close()
	s.wait()
}

// stop ends the process at once.
func (s *server) stop() {
	s.command.Process.Kill()
	s.wait()
}

func (s *server) wait() {
	for range s.lines {
	}
	s.command.Wait()
}

// runServed starts the server and, when it listens, the client. When the client ends,
// the server is stopped.
func runServed(ctx context.Context, job contender.Job) (outcome, error) {
	s, err := startServer(ctx, job.Local)
	if err != nil {
		return outcome{}, err
	}
	if _, err := s.expect(ctx, "listening"); err != nil {
		s.stop()
		return outcome{}, err
	}
	o, err := runProcess(ctx, append(job.Remote, strconv.Itoa(s.pid())))
	s.stop()
	o.cpu = sum(o.cpu, accountOf(s.command.ProcessState))
	if err != nil {
		err = errors.Join(err, fmt.Errorf("the server said: %q", s.errout.String()))
	}
	return o, err
}
