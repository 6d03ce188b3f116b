package interop

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"

	"github.com/actum-go/actum/interop/internal/flow"
)

// process is a peer in a program of its own. The program reads commands from
// standard input and answers each line with one: peers/libzmq/main.c lists them.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors bytes.Buffer // standard error
	reap   func() error // waits for the end; may be called again
}

// startProcess starts a program and makes its socket.
func startProcess(s *fixture, o options, program string, args ...string) peer {
	s.Helper()
	p := &process{cmd: exec.CommandContext(s.ctx, program, args...)}
	p.cmd.Stderr = &p.errors
	var err error
	p.in, err = p.cmd.StdinPipe()
	s.must(err)
	out, err := p.cmd.StdoutPipe()
	s.must(err)
	p.out = bufio.NewReader(out)
	s.must(p.cmd.Start())
	p.reap = sync.OnceValue(p.cmd.Wait)
	s.Cleanup(p.kill)
	s.must(p.setAll(o))
	return p
}

// command sends a command and waits for the answer.
func (p *process) command(name string, args ...any) (string, error) {
	line := fmt.Sprintln(append([]any{name}, args...)...)
	_, sent := io.WriteString(p.in, line)
	answer, err := p.out.ReadString('\n')
	if sent != nil || err != nil {
		ended := p.reap()
		return "", fmt.Errorf("%.80q: the peer ended (%v) and said %q", line, ended, &p.errors)
	}
	verdict, result, _ := strings.Cut(strings.TrimSpace(answer), " ")
	if verdict != "ok" {
		return "", fmt.Errorf("%.80q: the peer says %q", line, result)
	}
	return result, nil
}

func (p *process) do(name string, args ...any) error {
	_, err := p.command(name, args...)
	return err
}

// setAll sets the options that are not the default.
func (p *process) setAll(o options) error {
	var sets [][2]any
	add := func(needed bool, name string, value any) {
		if needed {
			sets = append(sets, [2]any{name, value})
		}
	}
	add(o.hwm != 0, "sndhwm", max(o.hwm, 0))
	add(o.hwm != 0, "rcvhwm", max(o.hwm, 0))
	add(o.linger != 0, "linger", max(o.linger.Milliseconds(), 0))
	add(o.maxSize != 0, "maxmsgsize", o.maxSize)
	add(o.routingID != "", "routing_id", flow.FormatFrames([]string{o.routingID}))
	add(o.mandatory, "router_mandatory", 1)
	add(o.handover, "router_handover", 1)
	add(o.probe, "probe_router", 1)
	add(o.relaxed, "req_relaxed", 1)
	add(o.relaxed, "req_correlate", 1)
	add(o.ipv6, "ipv6", 1)
	add(o.timeout != 0, "heartbeat_ttl", o.timeout.Milliseconds())
	add(o.timeout != 0, "heartbeat_timeout", o.timeout.Milliseconds())
	add(o.heartbeat != 0, "heartbeat_ivl", o.heartbeat.Milliseconds())
	for _, set := range sets {
		if err := p.do("set", set[:]...); err != nil {
			return err
		}
	}
	return nil
}

func (p *process) bind(endpoint string) (string, error) { return p.command("bind", endpoint) }
func (p *process) connect(endpoint string) error        { return p.do("connect", endpoint) }
func (p *process) unbind(endpoint string) error         { return p.do("unbind", endpoint) }
func (p *process) disconnect(endpoint string) error     { return p.do("disconnect", endpoint) }

func (p *process) subscribe(prefix string) error {
	return p.do("set", "subscribe", flow.FormatFrames([]string{prefix}))
}

func (p *process) unsubscribe(prefix string) error {
	return p.do("set", "unsubscribe", flow.FormatFrames([]string{prefix}))
}

func (p *process) send(f flow.Flow) error           { return p.do("send", f) }
func (p *process) recv(f flow.Flow) error           { return p.do("recv", f) }
func (p *process) exchange(out, in flow.Flow) error { return p.do("exchange", out, in) }
func (p *process) ask(f flow.Flow) error            { return p.do("ask", f) }
func (p *process) echo(count int) error             { return p.do("echo", count) }

func (p *process) follow(whole, last int) (count, first int, err error) {
	answer, err := p.command("follow", whole, last)
	if err == nil {
		_, err = fmt.Sscan(answer, &count, &first)
	}
	return count, first, err
}

func (p *process) say(frames ...string) error     { return p.do("say", flow.FormatFrames(frames)) }
func (p *process) attempt(frames ...string) error { return p.do("try", flow.FormatFrames(frames)) }

func (p *process) hear() ([]string, error) {
	answer, err := p.command("hear")
	if err != nil {
		return nil, err
	}
	return flow.ParseFrames(answer)
}

func (p *process) close() error {
	if err := p.do("close"); err != nil {
		return err
	}
	return p.reap()
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.reap()
}
