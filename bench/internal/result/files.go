package result

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Save writes r into its file of dir, in place of an earlier result of the
// same comparison.
func Save(dir string, r Result) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return fmt.Errorf("result of %s: %w", r.Point, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, r.fileName()), append(text, '\n'), 0o644)
}

// fileName is made of the comparison alone: tcp_push-pull_8_libzmq.json.
func (r Result) fileName() string {
	name := fmt.Sprintf("%s_%s", r.Point, r.Peer)
	return strings.NewReplacer("/", "_", " ", "-").Replace(name) + ".json"
}

// Load reads all results of dir, in no particular order.
func Load(dir string) ([]Result, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var all []Result
	for _, name := range names {
		r, err := load(name)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func load(name string) (r Result, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	if len(r.Pairs) == 0 {
		return r, fmt.Errorf("%s has no pairs", name)
	}
	return r, nil
}
