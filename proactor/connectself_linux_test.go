package proactor_test

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor"
)

// inNamespace is set in a test that runs in its own network namespace.
const inNamespace = "ACTUM_TEST_IN_NAMESPACE"

// TestConnectPicksItsOwnPort: in a network with only two ports, a connect to the
// first of them gets that port as its own and reaches itself.
func TestConnectPicksItsOwnPort(t *testing.T) {
	if os.Getenv(inNamespace) == "" {
		runInNamespace(t)
		return
	}
	narrowNetwork(t)
	const address = "127.0.0.1:40000"
	for _, name := range []string{"uring", "epoll", "goroutine"} {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			op := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
			d.Connect(&op, "tcp", address, nil)
			runUntil(t, d, &op)
			if !errors.Is(op.Err(), syscall.ECONNREFUSED) {
				t.Errorf("a connect to a port without a listener: %v", op.Err())
			}
			if name == "goroutine" {
				return // package net has closed sockets that keep the port for a minute
			}
			ln, err := d.Listen("tcp", address, nil)
			if err != nil {
				t.Fatalf("listening at that port: %v", err)
			}
			ln.Close()
		})
	}
}

// runInNamespace runs the test again, in a network namespace.
func runInNamespace(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.v")
	c.Env = append(os.Environ(), inNamespace+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Getuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	}
	out, err := c.CombinedOutput()
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		t.Skipf("there is no network namespace: %v", err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// narrowNetwork brings the loopback interface up and leaves two ports for connects.
func narrowNetwork(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_local_port_range", []byte("40000 40001"), 0); err != nil {
		t.Fatal(err)
	}
}

// TestConnectWithoutPorts: if there is no free local port, a connect fails with an
// error that says so, after a few attempts.
func TestConnectWithoutPorts(t *testing.T) {
	if os.Getenv(inNamespace) == "" {
		runInNamespace(t)
		return
	}
	narrowNetwork(t)
	for _, name := range []string{"uring", "epoll", "goroutine"} {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			ln, err := d.Listen("tcp", "127.0.0.1:50000", nil)
			if err != nil {
				t.Fatal(err)
			}
			var ops [3]proactor.Operation // for two ports
			sockets := 0
			for i := range ops {
				ops[i].Handler = proactor.HandlerFunc(nothing)
				sockets = 0
				d.Connect(&ops[i], "tcp", ln.LocalAddr().String(), &proactor.SocketOptions{Control: func(uintptr) error {
					sockets++
					return nil
				}})
				runUntil(t, d, &ops[i])
			}
			if sockets != 3 {
				t.Errorf("a connect without a port has tried %d sockets, want 3", sockets)
			}
			if ops[0].Err() != nil || ops[1].Err() != nil || !errors.Is(ops[2].Err(), syscall.EADDRNOTAVAIL) {
				t.Errorf("connects with two ports: %v, %v, %v", ops[0].Err(), ops[1].Err(), ops[2].Err())
			}
			ln.Close() // with what it has not accepted: the ports are free for the next one
		})
	}
}
