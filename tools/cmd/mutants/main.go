// Mutants puts small faults into the code, one at a time, and reports which of them
// the tests do not notice; see package mutants. It exits with 1 if any is left.
//
//	mutants -root . -package zmq/internal/pipe -sample 40 -seed 1
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/actum-go/actum/tools/mutants"
)

type options struct {
	root, packages, equivalent, tests, match, with, results string

	sample     int
	seed       uint64
	timeout    time.Duration
	stall      time.Duration
	spend      time.Duration
	long, list bool
	noBaseline bool
	alone      bool
}

func main() {
	var o options
	flag.StringVar(&o.root, "root", ".", "the module's `folder`")
	flag.StringVar(&o.packages, "package", "./...", "`packages`, separated by commas, as the go command names them")
	flag.StringVar(&o.equivalent, "equivalent", "tools/mutants/equivalent.txt", "the `file` that lists mutants that behave like the original")
	flag.StringVar(&o.tests, "tests", "tools/mutants/tests.txt", "the `file` that lists which other tests check a package")
	flag.StringVar(&o.match, "match", "", "only mutants whose file:line: function: change matches this `pattern`")
	flag.StringVar(&o.with, "with", "", "a `command` that starts builds and tests, as in \"nice -n 19\"")
	flag.IntVar(&o.sample, "sample", 0, "how many of each package; 0 for all")
	flag.Uint64Var(&o.seed, "seed", 1, "which ones")
	flag.DurationVar(&o.timeout, "timeout", 3*time.Minute, "of one package's tests")
	flag.DurationVar(&o.stall, "stall", 30*time.Second, "limit on the time in which no test begins or ends")
	flag.StringVar(&o.results, "results", "", "a `file` that keeps verdicts: mutants in it are not run again")
	flag.DurationVar(&o.spend, "for", 0, "how long to run, with -results, before the rest is left to the next run")
	flag.BoolVar(&o.noBaseline, "nobaseline", false, "trust that the tests pass on the code as it is")
	flag.BoolVar(&o.alone, "alone", false, "compile each mutant by itself, and not several into one program")
	flag.BoolVar(&o.long, "long", false, "run the tests without -short")
	flag.BoolVar(&o.list, "list", false, "only list the mutants")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	left, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
	if left > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (survivors int, err error) {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return 0, err
	}
	equivalent, err := parse(filepath.Join(root, o.equivalent), mutants.ParseEquivalents)
	if err != nil {
		return 0, err
	}
	tests, err := parse(filepath.Join(root, o.tests), mutants.ParseTests)
	if err != nil {
		return 0, err
	}
	match, err := regexp.Compile(o.match)
	if err != nil {
		return 0, err
	}
	packages, err := load(ctx, root, strings.Split(o.packages, ","))
	if err != nil {
		return 0, err
	}
	temp, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(temp)
	results, err := mutants.OpenResults(o.results)
	if err != nil {
		return 0, err
	}
	r := session{options: o, equivalent: equivalent, match: match, results: results, began: time.Now(),
		runner: mutants.Runner{Root: root, Temp: temp, Short: !o.long, Timeout: o.timeout, Stall: o.stall, With: strings.Fields(o.with)}}
	for _, pkg := range packages {
		found, err := pkg.mutants(root)
		if err != nil {
			return 0, err
		}
		for _, entry := range equivalent.Stale(found) {
			fmt.Fprintf(os.Stderr, "mutants: %s: there is no such mutant any more: %s\n", o.equivalent, entry)
		}
		mutants.Shuffle(found, o.seed)
		if o.list {
			for _, m := range found {
				fmt.Println(m)
			}
			continue
		}
		if err := r.each(ctx, found, tests.Of(pkg.path)); err != nil {
			r.report.Write(os.Stdout)
			return 0, err
		}
	}
	if !o.list {
		r.report.Write(os.Stdout)
	}
	return r.report.Survivors(), nil
}

// session is one run.
type session struct {
	options
	equivalent mutants.Equivalents
	match      *regexp.Regexp
	results    *mutants.Results
	began      time.Time
	runner     mutants.Runner
	report     mutants.Report
}

var errLater = errors.New("time is up; the next run continues here")

// each runs as many of the mutants as the sample has. One that does not compile is
// replaced by the next.
func (s *session) each(ctx context.Context, found []mutants.Mutant, tests []mutants.Test) error {
	if !s.alone {
		if err := s.together(ctx, found, tests); err != nil {
			return err
		}
	}
	counted, sound := 0, s.noBaseline
	for _, m := range found {
		if s.sample > 0 && counted == s.sample {
			break
		}
		if !s.match.MatchString(m.String()) {
			continue
		}
		verdict, known := s.results.Of(m)
		switch {
		case s.equivalent.Has(m):
			verdict = mutants.Equivalent
		case known:
		case s.spend > 0 && time.Since(s.began) > s.spend:
			return errLater
		default:
			if !sound {
				if err := s.runner.Baseline(ctx, tests); err != nil {
					return err
				}
				sound = true
			}
			var by string
			var err error
			if verdict, by, err = s.runner.Run(ctx, m, tests); err != nil {
				return err
			}
			if err := s.keep(m, verdict, by); err != nil {
				return err
			}
		}
		if verdict != mutants.Uncompiled {
			counted++
		}
		s.report.Add(m, verdict)
	}
	return nil
}

// keep keeps a verdict, and prints it.
func (s *session) keep(m mutants.Mutant, v mutants.Verdict, by string) error {
	if v != mutants.Uncompiled {
		fmt.Printf("%-10s %s  %s\n", v, m, by)
	}
	return s.results.Add(m, v, by)
}

// together runs the mutants of the sample that can be compiled into one program, then
// those of the rest, until only a few are left.
func (s *session) together(ctx context.Context, found []mutants.Mutant, tests []mutants.Test) error {
	var list []mutants.Mutant
	for chosen, i := 0, 0; i < len(found) && (s.sample == 0 || chosen < s.sample); i++ {
		m := found[i]
		v, known := s.results.Of(m)
		if !s.match.MatchString(m.String()) || v == mutants.Uncompiled {
			continue
		}
		chosen++
		if !known && !s.equivalent.Has(m) {
			list = append(list, m)
		}
	}
	for few := 3; len(list) > few; {
		p, err := s.runner.Together(ctx, list, tests)
		if err != nil {
			return err
		}
		if err := s.program(ctx, p, tests); err != nil {
			return err
		}
		if len(p.Mutants) == 0 {
			return nil
		}
		list = slices.DeleteFunc(list, func(m mutants.Mutant) bool { return slices.Contains(p.Mutants, m) })
	}
	return nil
}

// program runs the mutants of a program. Mutants that no test catches there are run
// alone afterwards.
func (s *session) program(ctx context.Context, p *mutants.Program, tests []mutants.Test) error {
	defer p.Close()
	for _, m := range p.Mutants {
		if s.spend > 0 && time.Since(s.began) > s.spend {
			return errLater
		}
		verdict, by, err := p.Run(ctx, m, tests)
		if err != nil {
			return err
		}
		if verdict == mutants.Survived {
			continue // until it has survived alone, too
		}
		if err := s.keep(m, verdict, by); err != nil {
			return err
		}
	}
	return nil
}

func parse[T any](name string, parse func(io.Reader) (T, error)) (list T, err error) {
	file, err := os.Open(name)
	if err != nil {
		return list, err
	}
	defer file.Close()
	if list, err = parse(file); err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return list, err
}

// pkg is a package, and its files that are compiled on this system.
type pkg struct {
	path  string // relative to the module
	files []string
}

func load(ctx context.Context, root string, patterns []string) (list []pkg, err error) {
	args := append([]string{"list", "-f", `{{.Dir}}|{{join .GoFiles "|"}}`}, patterns...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Split(strings.TrimSpace(line), "|")
		path, err := filepath.Rel(root, words[0])
		if err != nil {
			return nil, err
		}
		list = append(list, pkg{filepath.ToSlash(path), words[1:]})
	}
	return list, nil
}

func (p pkg) mutants(root string) (all []mutants.Mutant, err error) {
	for _, name := range p.files {
		src, err := os.ReadFile(filepath.Join(root, p.path, name))
		if err != nil {
			return nil, err
		}
		found, err := mutants.Find(p.path, p.path+"/"+name, src)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}
