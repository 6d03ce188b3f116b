package contender

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/actum-go/actum/bench/internal/matrix"
)

// Workshop builds contenders, each program once.
type Workshop struct {
	Bench    string // the folder of the bench module
	Versions map[string]string
	built    map[string]bool // programs
}

// NewWorkshop is for the bench module in folder bench. Programs are built
// into its .build.
func NewWorkshop(bench string) (*Workshop, error) {
	bench, err := filepath.Abs(bench)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(bench, "peers", "libzmq")); err != nil {
		return nil, fmt.Errorf("%s is not the bench folder: run this from bench, or name it with --dir", bench)
	}
	if err := os.MkdirAll(filepath.Join(bench, ".build"), 0o755); err != nil {
		return nil, err
	}
	return &Workshop{Bench: bench, Versions: map[string]string{}, built: map[string]bool{}}, nil
}

// Build returns the contender of that name in the family of p, ready to run.
func (w *Workshop) Build(ctx context.Context, name string, p matrix.Point) (Contender, error) {
	r, known := recipes[p.Family()][name]
	if !known {
		return Contender{}, fmt.Errorf("no contender %q at %s", name, p)
	}
	program, err := w.make(ctx, r.source)
	if err != nil {
		return Contender{}, fmt.Errorf("building %s: %w", name, err)
	}
	if r.version != nil {
		version, err := r.version(ctx, program)
		if err != nil {
			return Contender{}, fmt.Errorf("version of %s: %w", name, err)
		}
		w.Versions[name] = version
	}
	c := Contender{Name: name, command: append([]string{program}, r.args...), managed: r.source.managed}
	switch p.Family() {
	case matrix.Echoing:
		c.load, err = w.make(ctx, loadGenerator)
	case matrix.Sending:
		c.sink, err = w.make(ctx, rawSockets)
	}
	if err != nil {
		return c, fmt.Errorf("building the other side of %s: %w", name, err)
	}
	return c, nil
}

// make builds a program that has not been built yet.
func (w *Workshop) make(ctx context.Context, s source) (program string, err error) {
	program = filepath.Join(w.Bench, ".build", s.program)
	if w.built[program] {
		return program, nil
	}
	if err := s.build(w, ctx, program); err != nil {
		return "", err
	}
	w.built[program] = true
	return program, nil
}

func goBuild(folder, pkg string) func(*Workshop, context.Context, string) error {
	return func(w *Workshop, ctx context.Context, program string) error {
		command := exec.CommandContext(ctx, "go", "build", "-o", program, pkg)
		command.Dir = filepath.Join(w.Bench, folder)
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		return run(command)
	}
}

func run(command *exec.Cmd) error {
	if text, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, text)
	}
	return nil
}

func libzmqVersion(ctx context.Context, program string) (string, error) {
	text, err := exec.CommandContext(ctx, program, "version").Output()
	return strings.TrimSpace(string(text)), err
}

// commit is the commit that ours was built from; "+" means uncommitted changes.
func commit(_ context.Context, program string) (string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", err
	}
	revision, modified := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), 10)]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+"
		}
	}
	return revision + modified, nil
}

func moduleVersion(path string) func(context.Context, string) (string, error) {
	return func(_ context.Context, program string) (string, error) {
		info, err := buildinfo.ReadFile(program)
		if err != nil {
			return "", err
		}
		for _, module := range info.Deps {
			if module.Path == path {
				return module.Version, nil
			}
		}
		return "", errors.New("the program does not contain " + path)
	}
}
