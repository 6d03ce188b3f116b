package contender

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
)

// gcc builds the C program in a folder of peers, with the common files.
func gcc(peer string, libraries ...string) func(*Workshop, context.Context, string) error {
	return func(w *Workshop, ctx context.Context, program string) error {
		if err := checkToolchain(ctx, libraries); err != nil {
			return err
		}
		sources, err := filepath.Glob(filepath.Join(w.Bench, "peers", peer, "*.c"))
		if err != nil {
			return err
		}
		common, err := filepath.Glob(filepath.Join(w.Bench, "peers", "common", "*.c"))
		if err != nil {
			return err
		}
		line := []string{"-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program}
		line = append(line, sources...)
		line = append(line, common...)
		return run(exec.CommandContext(ctx, "gcc", append(line, libraries...)...))
	}
}

// checkToolchain returns an error that names the Debian package that is missing.
func checkToolchain(ctx context.Context, libraries []string) error {
	if _, err := exec.LookPath("gcc"); err != nil {
		return errors.New("there is no C compiler: install Debian's gcc and libc6-dev")
	}
	if !strings.Contains(strings.Join(libraries, " "), "-lzmq") {
		return nil
	}
	probe := exec.CommandContext(ctx, "gcc", "-E", "-x", "c", "-")
	probe.Stdin = strings.NewReader("#include <zmq.h>\n")
	if probe.Run() != nil {
		return errors.New("zmq.h is missing: install Debian's libzmq3-dev")
	}
	return nil
}
