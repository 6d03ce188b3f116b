package mutants

import (
	"context"
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// Program is several mutants of one package compiled together.
type Program struct {
	Mutants []Mutant // in the order in which they are to be run
	numbers map[string]int
	runner  Runner
	overlay string
	built   map[string]string
}

// Together compiles as many of the mutants as it can into one program, and checks
// that its tests pass while none is on. The mutants are of one package. Those that
// are not in the program have to be run one by one, or in the next program.
func (r *Runner) Together(ctx context.Context, list []Mutant, tests []Test) (*Program, error) {
	temp, err := os.MkdirTemp(r.Temp, "together")
	if err != nil {
		return nil, err
	}
	p := &Program{runner: *r, built: map[string]string{}}
	p.runner.Temp = temp
	for len(list) > 0 {
		files, in, err := p.lay(list)
		if err != nil {
			return nil, err
		}
		out, err := p.compile(ctx, list[0].Package)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			p.number(list, in)
			break
		}
		list = without(list, in, blamed(out, files, in))
	}
	if len(p.Mutants) > 0 && !p.sound(ctx, tests) {
		p.Mutants = nil
	}
	return p, nil
}

// Close removes the program's files.
func (p *Program) Close() { os.RemoveAll(p.runner.Temp) }

// Run is [Runner.Run] for one of p's mutants.
func (p *Program) Run(ctx context.Context, m Mutant, tests []Test) (Verdict, string, error) {
	r := p.runner
	r.number = p.numbers[m.key()]
	return r.run(ctx, p.overlay, tests, p.built)
}

// sound reports whether the tests pass while no mutant is on. A test that counts
// allocations or lines may fail.
func (p *Program) sound(ctx context.Context, tests []Test) bool {
	v, _, err := p.runner.run(ctx, p.overlay, tests, p.built)
	return err == nil && v == Survived
}

// number keeps what has become of in.
func (p *Program) number(list []Mutant, in []placed) {
	p.numbers = map[string]int{}
	for _, one := range in {
		p.numbers[one.key()] = one.number
	}
	for _, m := range list {
		if p.numbers[m.key()] > 0 {
			p.Mutants = append(p.Mutants, m)
		}
	}
}

// without returns the list without the mutants with a bad number; an empty list if no
// mutant is to blame.
func without(list []Mutant, in []placed, bad []int) []Mutant {
	if len(bad) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(list), func(m Mutant) bool {
		return slices.ContainsFunc(in, func(p placed) bool { return p.key() == m.key() && slices.Contains(bad, p.number) })
	})
}

// lay writes the changed files, and the overlay for the go command.
func (p *Program) lay(list []Mutant) (files map[string][]byte, in []placed, err error) {
	byFile := map[string][]Mutant{}
	var names []string
	for _, m := range list {
		if byFile[m.File] == nil {
			names = append(names, m.File)
		}
		byFile[m.File] = append(byFile[m.File], m)
	}
	root, replace := p.runner.Root, map[string]string{}
	files = map[string][]byte{}
	put := func(name string, content []byte) error {
		copied := filepath.Join(p.runner.Temp, filepath.Base(name)) // as the compiler names it
		replace[filepath.Join(root, name)] = copied
		return os.WriteFile(copied, content, 0o644)
	}
	pkg := ""
	for _, name := range names {
		src, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, nil, err
		}
		file, some, _ := together(src, byFile[name], len(in)+1)
		files[name], in = file, append(in, some...)
		if err := put(name, file); err != nil {
			return nil, nil, err
		}
		if parsed, err := parser.ParseFile(token.NewFileSet(), "", src, parser.PackageClauseOnly); err == nil {
			pkg = parsed.Name.Name
		}
	}
	if err := put(list[0].Package+"/mutantnumber.go", switchFile(pkg)); err != nil {
		return nil, nil, err
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, nil, err
	}
	p.overlay = filepath.Join(p.runner.Temp, "overlay.json")
	return files, in, os.WriteFile(p.overlay, text, 0o644)
}

// compile compiles the package alone, and returns the compiler's output.
func (p *Program) compile(ctx context.Context, pkg string) ([]byte, error) {
	args := append(slices.Clone(p.runner.With), "go", "build", "-gcflags=-e", "-overlay="+p.overlay, "./"+pkg)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = p.runner.Root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	return cmd.CombinedOutput()
}
