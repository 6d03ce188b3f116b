package system

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// Colours are for a terminal that has them, unless the user does not want them.
func TestIsColourTerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0) // this side of it counts as one, too
	if err != nil {
		t.Skip("this system has no pseudo-terminals: ", err)
	}
	defer terminal.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, tt := range []struct {
		name, noColour, term string
		w                    io.Writer
		terminal, colours    bool
	}{
		{"a terminal", "", "xterm", terminal, true, true},
		{"NO_COLOR", "1", "xterm", terminal, true, false},
		{"a terminal without colours", "", "dumb", terminal, true, false},
		{"a file", "", "xterm", file, false, false},
		{"a buffer", "", "xterm", new(bytes.Buffer), false, false},
	} {
		t.Setenv("NO_COLOR", tt.noColour)
		t.Setenv("TERM", tt.term)
		if got := IsTerminal(tt.w); got != tt.terminal {
			t.Errorf("%s: a terminal: %v", tt.name, got)
		}
		if got := IsColourTerminal(tt.w); got != tt.colours {
			t.Errorf("%s: colours: %v", tt.name, got)
		}
	}
}
