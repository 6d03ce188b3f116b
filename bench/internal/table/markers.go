package table

import (
	"fmt"
	"os"
	"strings"
)

const (
	beginMarker = "<!-- figures:begin -->"
	endMarker   = "<!-- figures:end -->"
)

// WriteInto replaces the text between the markers of a document.
func WriteInto(file, figures string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	changed, err := between(string(text), figures)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if changed == string(text) {
		return nil
	}
	return os.WriteFile(file, []byte(changed), 0o644)
}

func between(text, figures string) (string, error) {
	before, rest, ok := strings.Cut(text, beginMarker)
	_, after, closed := strings.Cut(rest, endMarker)
	if !ok || !closed {
		return "", fmt.Errorf("no place for the figures: it needs a line %s and, after it, a line %s", beginMarker, endMarker)
	}
	return before + beginMarker + "\n" + strings.TrimRight(figures, "\n") + "\n" + endMarker + after, nil
}
