package interop

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

func startLibzmq(s *fixture, socketType string, o options) peer {
	s.Helper()
	program, err := libzmqPeer()
	s.must(err)
	return startProcess(s, o, program, socketType)
}

// startPyzmq isolates Python (-I), which would otherwise take our folder zmq/ for
// the binding.
func startPyzmq(s *fixture, socketType string, o options) peer {
	s.Helper()
	python, err := pythonWithZmq()
	s.must(err)
	return startProcess(s, o, python, "-I", "peers/pyzmq.py", socketType)
}

// libzmqPeer compiles peers/libzmq once, into the repository's build folder.
var libzmqPeer = sync.OnceValues(func() (string, error) {
	if err := checkToolchain(); err != nil {
		return "", err
	}
	sources, err := filepath.Glob("peers/libzmq/*.c")
	if err != nil {
		return "", err
	}
	return build("libzmq-peer", func(program string) *exec.Cmd {
		line := []string{"-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program}
		return exec.Command("gcc", append(append(line, sources...), "-lzmq")...)
	})
})

// build builds a program into the repository's build folder. It does not disturb
// another test that does the same, or runs the program.
func build(name string, command func(program string) *exec.Cmd) (string, error) {
	program, err := filepath.Abs("../bin/" + name)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return "", err
	}
	fresh := fmt.Sprintf("%s.%d", program, os.Getpid())
	if out, err := command(fresh).CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", name, err, out)
	}
	return program, os.Rename(fresh, program)
}

// checkToolchain names the Debian package that is missing.
func checkToolchain() error {
	if _, err := exec.LookPath("gcc"); err != nil {
		return errors.New("there is no C compiler: please install Debian's gcc and libc6-dev")
	}
	probe := exec.Command("gcc", "-E", "-x", "c", "-")
	probe.Stdin = strings.NewReader("#include <stdlib.h>\n")
	if probe.Run() != nil {
		return errors.New("the headers of C's library are missing: please install Debian's libc6-dev")
	}
	probe = exec.Command("gcc", "-E", "-x", "c", "-")
	probe.Stdin = strings.NewReader("#include <zmq.h>\n")
	if probe.Run() != nil {
		return errors.New("zmq.h is missing: please install Debian's libzmq3-dev")
	}
	return nil
}

// pythonWithZmq finds a Python with the binding to libzmq: ACTUM_PYTHON if it is
// set. A version manager's Python may come before the system's in PATH.
var pythonWithZmq = sync.OnceValues(func() (string, error) {
	for _, python := range []string{os.Getenv("ACTUM_PYTHON"), "python3", "/usr/bin/python3"} {
		if python != "" && exec.Command(python, "-I", "-c", "import zmq; zmq.Context").Run() == nil {
			return python, nil
		}
	}
	return "", errors.New("no Python has the binding to libzmq: please install Debian's python3-zmq")
})
