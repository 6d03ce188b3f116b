package proactor_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor"
)

// kernelBackends are the backends that can adopt files of the system.
func kernelBackends(t *testing.T, test func(t *testing.T, d *proactor.Dispatcher)) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			test(t, d)
		})
	}
}

// terminal opens a pseudo-terminal: what is typed on the master is read from the
// terminal. The terminal is opened blocking, as a program's standard input is.
func terminal(t *testing.T) (master, tty *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	unlock := 0
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, unlock); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Open(fmt.Sprintf("/dev/pts/%d", number), unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	tty = os.NewFile(uintptr(fd), "tty")
	t.Cleanup(func() { tty.Close() })
	return master, tty
}

// TestTerminal types lines on a terminal: each is one read, also when several
// are there, and the end of the input is the end of the stream.
func TestTerminal(t *testing.T) {
	kernelBackends(t, func(t *testing.T, d *proactor.Dispatcher) {
		master, tty := terminal(t)
		h, err := d.Adopt(tty)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 100)
		waiting := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {})}
		h.Read(&waiting, buf)
		if _, err := master.WriteString("first\nsecond\nthird\n"); err != nil {
			t.Fatal(err)
		}
		finish(t, d, &waiting)
		got := []string{string(buf[:waiting.N()])}
		for range 2 {
			n, err := result(t, d, func(op *proactor.Operation) { h.Read(op, buf) })
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(buf[:n]))
		}
		if strings.Join(got, "|") != "first\n|second\n|third\n" {
			t.Errorf("read %q", got)
		}
		h.Read(&waiting, buf)
		d.Cancel(&waiting)
		finish(t, d, &waiting)
		if waiting.Err() != proactor.ErrCanceled {
			t.Errorf("cancelled read: %d, %v", waiting.N(), waiting.Err())
		}
		master.WriteString("\x04") // control-D
		if n, err := result(t, d, func(op *proactor.Operation) { h.Read(op, buf) }); n != 0 || err != io.EOF {
			t.Errorf("read at the end of the input: %d, %v", n, err)
		}
		flags, err := unix.FcntlInt(tty.Fd(), unix.F_GETFL, 0)
		if err != nil || flags&unix.O_NONBLOCK != 0 {
			t.Errorf("the terminal has become non-blocking for other processes: %#x, %v", flags, err)
		}
	})
}

// TestTerminalMaster reads from the master what a program writes to its terminal,
// until the program ends.
func TestTerminalMaster(t *testing.T) {
	kernelBackends(t, func(t *testing.T, d *proactor.Dispatcher) {
		master, tty := terminal(t)
		h, err := d.Adopt(master)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 100)
		op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {})}
		h.Read(&op, buf)
		if _, err := tty.WriteString("$ "); err != nil {
			t.Fatal(err)
		}
		finish(t, d, &op)
		if op.Err() != nil || string(buf[:op.N()]) != "$ " {
			t.Errorf("read %q, %v", buf[:op.N()], op.Err())
		}
		if n, err := result(t, d, func(op *proactor.Operation) { h.WriteV(op, [][]byte{[]byte("ls"), []byte("\n")}) }); n != 3 || err != nil {
			t.Errorf("typed %d bytes, %v", n, err)
		}
		n, err := tty.Read(buf)
		if err != nil || string(buf[:n]) != "ls\n" {
			t.Errorf("the program read %q, %v", buf[:n], err)
		}
		tty.Close()
		for err = nil; err == nil; { // the echo, then the end
			_, err = result(t, d, func(op *proactor.Operation) { h.Read(op, buf) })
		}
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("read after the terminal was closed: %v", err)
		}
	})
}

// TestFIFO adopts the two ends of a FIFO, one blocking and one not. The files may
// be closed at once.
func TestFIFO(t *testing.T) {
	kernelBackends(t, func(t *testing.T, d *proactor.Dispatcher) {
		path := filepath.Join(t.TempDir(), "fifo")
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		w, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		in, err := d.Adopt(r)
		if err != nil {
			t.Fatal(err)
		}
		out, err := d.Adopt(w)
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		w.Close()
		if n, err := result(t, d, func(op *proactor.Operation) { out.Write(op, []byte("hello")) }); n != 5 || err != nil {
			t.Fatal(n, err)
		}
		buf := make([]byte, 9)
		if n, err := result(t, d, func(op *proactor.Operation) { in.Read(op, buf) }); string(buf[:n]) != "hello" || err != nil {
			t.Errorf("read %q, %v", buf[:n], err)
		}
		out.Close()
		if n, err := result(t, d, func(op *proactor.Operation) { in.Read(op, buf) }); n != 0 || err != io.EOF {
			t.Errorf("read at the end: %d, %v", n, err)
		}
	})
}

// TestAdoptRefuses: files that are not streams are refused, and the error says what
// to use instead.
func TestAdoptRefuses(t *testing.T) {
	kernelBackends(t, func(t *testing.T, d *proactor.Dispatcher) {
		regular, err := os.Create(filepath.Join(t.TempDir(), "file"))
		if err != nil {
			t.Fatal(err)
		}
		defer regular.Close()
		null, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		defer null.Close()
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		socket := os.NewFile(uintptr(fd), "socket")
		defer socket.Close()
		for f, advice := range map[*os.File]string{regular: "OpenFile", null: "OpenFile", socket: "Connect"} {
			h, err := d.Adopt(f)
			if h != nil || !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), advice) {
				t.Errorf("Adopt(%s): %v", f.Name(), err)
			}
		}
		closed, _ := os.Open(os.DevNull)
		closed.Close()
		if _, err := d.Adopt(closed); !errors.Is(err, os.ErrClosed) {
			t.Errorf("Adopt of a closed file: %v", err)
		}
	})
}
