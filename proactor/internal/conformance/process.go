package conformance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
)

// exitVariable makes the program of the tests a process that exits with the code that it
// reads.
const exitVariable = "ACTUM_CONFORMANCE_EXIT"

func init() {
	if os.Getenv(exitVariable) == "" {
		return
	}
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	code, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		code = 99
	}
	os.Exit(code)
}

var simulatedPid atomic.Int32

// process starts a process, which exits when exit is called.
func (f *fixture) process() (p *os.Process, exit func(code int)) {
	f.t.Helper()
	if f.exit != nil {
		p := &os.Process{Pid: 1_000_000 + int(simulatedPid.Add(1))}
		return p, func(code int) { f.exit(p.Pid, code) }
	}
	program, err := os.Executable()
	if err != nil {
		f.t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), exitVariable+"=1")
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return cmd.Process, func(code int) {
		fmt.Fprintln(in, code)
		in.Close()
	}
}

// testProcess: a wait brings the exit code, whether the process exits before or after it
// begins.
func testProcess(f *fixture) {
	c := f.call(nil)
	for _, early := range []bool{false, true} {
		p, exit := f.process()
		if early {
			exit(7)
		}
		f.d.WaitProcess(c.start(), p)
		if !early {
			exit(7)
		}
		f.ok(c)
		if state := c.op.ProcessState(); c.n != 7 || c.op.Kind() != proactor.KindProcess || f.exit == nil && (state == nil || state.ExitCode() != 7) {
			f.t.Errorf("exit code %d, state %v", c.n, state)
		}
	}
}

// testProcessCancel: a wait can be cancelled. On systems where that loses nothing, the
// next wait brings the result.
func testProcessCancel(f *fixture) {
	c := f.call(nil)
	p, exit := f.process()
	f.d.WaitProcess(c.start(), p)
	f.d.Cancel(&c.op)
	f.canceled(c)
	f.d.WaitProcess(c.start(), p)
	exit(3)
	f.wait(c)
	if c.n != 3 && (f.exit != nil || c.err == nil) {
		f.t.Errorf("after a cancel: %d, %v", c.n, c.err)
	}
}

// testResolve: names and literal addresses are resolved.
func testResolve(f *fixture) {
	c := f.call(nil)
	want := netip.MustParseAddr("127.0.0.1")
	for _, host := range []string{"127.0.0.1", "localhost"} {
		f.d.Resolve(c.start(), nil, "ip4", host)
		f.ok(c)
		if addrs := c.op.Addrs(); c.n != 1 || len(addrs) != 1 || addrs[0] != want || c.op.Kind() != proactor.KindResolve {
			f.t.Errorf("%s is %v", host, addrs)
		}
	}
	f.d.Resolve(c.start(), nil, "ip5", "localhost")
	if f.wait(c); c.err == nil || c.op.Addrs() != nil {
		f.t.Errorf("ip5: %v, %v", c.op.Addrs(), c.err)
	}
}

// testResolveCancel: a lookup whose name server is silent can be cancelled, and fails if
// there is no server.
func testResolveCancel(f *fixture) {
	var dnsErr *net.DNSError
	c := f.call(nil)
	silent := f.silentResolver()
	f.d.Resolve(c.start(), silent, "ip", "a.name.invalid")
	if f.exit != nil { // sim knows at once that there is no such name
		if f.wait(c); !errors.As(c.err, &dnsErr) || !dnsErr.IsNotFound {
			f.t.Errorf("an unknown name: %v", c.err)
		}
		return
	}
	f.d.Cancel(&c.op)
	f.canceled(c)
	var group proactor.CancelGroup
	c.op.SetCancelGroup(&group)
	f.d.Resolve(c.start(), silent, "ip", "a.name.invalid")
	group.Cancel()
	f.canceled(c)
	f.d.Resolve(c.start(), silent, "ip", "a.name.invalid")
	f.d.Close()
	if c.err != proactor.ErrCanceled {
		f.t.Errorf("closed: %v", c.err)
	}
}

// silentResolver returns a resolver whose name servers never answer.
func (f *fixture) silentResolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
}
