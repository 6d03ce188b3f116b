package demo

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/cmd/actum/internal/system"
)

// On a terminal the table has colours, and a bar shows the progress.
func TestOnATerminal(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	screen, terminal := openTerminal(t)
	shown := make(chan []byte, 1)
	go func() {
		b, _ := io.ReadAll(screen) // it ends with an error when the terminal is closed
		shown <- b
	}()
	c := Command{Time: 100 * time.Millisecond}
	err := c.Run(t.Context(), system.Streams{Out: terminal, Err: terminal})
	terminal.Close()
	text := <-shown
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(bold+"pattern")) || !bytes.Contains(text, []byte(green)) {
		t.Errorf("no colours in %q", text)
	}
	// The bar pads the scenario's name; the lines that replace it elsewhere say "a second".
	if !bytes.Contains(text, []byte("PUSH/PULL over tcp    ")) || strings.Contains(string(text), "a second") {
		t.Errorf("no bar in %q", text)
	}
}

// openTerminal makes a pseudo-terminal: terminal is the end that the command writes to,
// and what the command shows is read from screen.
func openTerminal(t *testing.T) (screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this system has no pseudo-terminals: ", err)
	}
	t.Cleanup(func() { screen.Close() })
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this system has no pseudo-terminals: ", err)
	}
	return screen, terminal
}
