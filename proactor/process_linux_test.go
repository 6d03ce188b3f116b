package proactor_test

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// TestCancelledWaitProcessLosesNothing: on Linux a wait that is cancelled leaves the
// process to the next one, on every backend.
func TestCancelledWaitProcessLosesNothing(t *testing.T) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue // its processes are not the system's
		}
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			cmd := exec.Command("/bin/sh", "-c", "echo ready; read line; exit 5")
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			op := proactor.NewOperation(nothing)
			d.WaitProcess(op, cmd.Process)
			d.Cancel(op)
			if runUntil(t, d, op); op.Err() != proactor.ErrCanceled {
				t.Fatalf("cancelled: %v", op.Err())
			}
			for stacks := make([]byte, 1<<20); bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("WaitProcess.func")); {
				runtime.Gosched() // the goroutine of the wait is about to end, although the process is not
			}
			in.Close()
			d.WaitProcess(op, cmd.Process)
			if runUntil(t, d, op); op.Err() != nil || op.N() != 5 || op.ProcessState() == nil {
				t.Errorf("%v, exit code %d, state %v", op.Err(), op.N(), op.ProcessState())
			}
		})
	}
}

// A process that is no child of this one cannot be waited for, and says so at once.
func TestWaitProcessOfAnother(t *testing.T) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue // its processes are simulated
		}
		d := dispatcher(t, name)
		parent, err := os.FindProcess(os.Getppid())
		if err != nil {
			t.Fatal(err)
		}
		op := proactor.NewOperation(nothing)
		d.WaitProcess(op, parent)
		runUntil(t, d, op)
		if !errors.Is(op.Err(), syscall.ECHILD) {
			t.Errorf("%s: %v", name, op.Err())
		}
	}
}
