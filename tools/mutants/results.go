package mutants

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Results is a file of verdicts, a line each, so that an interrupted run
// can be continued.
type Results struct {
	name  string
	known map[string]result
}

type result struct {
	Verdict Verdict
	By      string // the package whose tests caught it
	Mutant  Mutant
}

// OpenResults reads the file, if it is there. Without a name nothing is kept.
func OpenResults(name string) (*Results, error) {
	r := &Results{name: name, known: map[string]result{}}
	if name == "" {
		return r, nil
	}
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		var one result
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, n, err)
		}
		r.known[one.Mutant.key()] = one
	}
	return r, lines.Err()
}

// Of returns the verdict that is kept for the mutant.
func (r *Results) Of(m Mutant) (v Verdict, ok bool) {
	one, ok := r.known[m.key()]
	return one.Verdict, ok
}

// Add keeps a verdict.
func (r *Results) Add(m Mutant, v Verdict, by string) error {
	one := result{v, by, m}
	r.known[m.key()] = one
	if r.name == "" {
		return nil
	}
	line, err := json.Marshal(one)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(r.name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}
