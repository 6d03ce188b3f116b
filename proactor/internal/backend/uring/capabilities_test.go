//go:build linux

package uring

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/sys"
)

// A refusal says what is missing and what to do, and keeps the cause.
func TestRefusal(t *testing.T) {
	for _, test := range []struct {
		errno unix.Errno
		says  []string
	}{
		{unix.ENOSYS, []string{"io_uring_setup", "no io_uring", "epoll"}},
		{unix.EPERM, []string{"io_uring_setup", "epoll"}},
		{unix.ENOMEM, []string{"RLIMIT_MEMLOCK"}},
		{unix.EMFILE, []string{"RLIMIT_NOFILE"}},
		{unix.EINVAL, []string{"io_uring_setup", "epoll"}},
	} {
		err := refusal("io_uring_setup", test.errno)
		if !errors.Is(err, test.errno) {
			t.Errorf("%v: the cause is lost: %v", test.errno, err)
		}
		for _, word := range test.says {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%v: %q does not say %q", test.errno, err, word)
			}
		}
	}
}

// The error says whether the administrator or a sandbox forbids io_uring.
func TestForbidden(t *testing.T) {
	file := filepath.Join(t.TempDir(), "io_uring_disabled")
	for value, says := range map[string]string{
		"":    "seccomp", // an older kernel has no such file
		"0\n": "seccomp",
		"1\n": "kernel.io_uring_disabled=1",
		"2\n": "kernel.io_uring_disabled=2",
	} {
		if value != "" {
			if err := os.WriteFile(file, []byte(value), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if why := forbidden(file); !strings.Contains(why, says) || !strings.Contains(why, "epoll") {
			t.Errorf("%q: %s", value, why)
		}
	}
}

// A ring works with each feature left out, and with all of them, parked and on a thread.
func TestTunings(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	tunings := []tuning{{}, {coopTaskrun: true}, {locked: true}, {without: ^featureSet(0)}, {without: ^featureSet(0), locked: true}}
	for _, f := range featureList {
		if f.set != 0 {
			tunings = append(tunings, tuning{without: f.set}, tuning{without: f.set, locked: true})
		}
	}
	for _, tu := range tunings {
		b := open(t, tu)
		client, server := pair(t, b)
		for range 100 {
			r := read(b, server, 16)
			w := write(b, client, "ping")
			collect(t, b, 2)
			if w.Err != nil || r.Err != nil || string(r.Buf[:r.N]) != "ping" {
				t.Fatal(tu, w.Err, r.Err, r.N)
			}
		}
		features, err := b.Features()
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range features {
			if f.Used && !tu.uses(featureList[i].set) {
				t.Errorf("%+v uses %s", tu, f.Name)
			}
		}
	}
}

// A feature is in use, or something says why it is not.
func TestFeatures(t *testing.T) {
	b := open(t, tuning{without: pollFirst})
	features, err := b.Features()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range features {
		switch {
		case f.Name == "" || f.About == "":
			t.Errorf("%+v says nothing", f)
		case f.Used && !f.Offered:
			t.Errorf("%s is in use and not offered", f.Name)
		case f.Used != (f.Why == "") && f.Offered:
			t.Errorf("%s: used %v, because %q", f.Name, f.Used, f.Why)
		case f.Name == "poll-first" && f.Offered && !strings.Contains(f.Why, "Options.DisabledFeatures"):
			t.Errorf("poll-first, left out: %q", f.Why)
		}
	}
}

// A feature that can be left out is in use wherever the kernel offers it.
func TestFeaturesAreUsed(t *testing.T) {
	for _, locked := range []bool{false, true} {
		var b *Backend
		if locked {
			b = openLocked(t)
		} else {
			b = open(t, tuning{})
		}
		features, err := b.Features()
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range features {
			if optional := featureList[i].set != 0 && (locked || f.Why != threadOnly); optional && f.Used != f.Offered {
				t.Errorf("locked %v: %s is offered %v, used %v", locked, f.Name, f.Offered, f.Used)
			}
			if f.Why == threadOnly && locked {
				t.Errorf("%s is not used on a thread", f.Name)
			}
		}
	}
}

// sendsVectors waits for the kernel's answer, also when it is called again.
func TestSendsVectors(t *testing.T) {
	open(t, tuning{}) // skips where there is no io_uring
	k, err := newKernel()
	if err != nil {
		t.Fatal(err)
	}
	defer k.ring.Close()
	for range 3 {
		yes := k.sendsVectors()
		if k.ring.Ready() != 1 || yes != (k.ring.CQE(0).Res == -int32(unix.EBADF)) {
			t.Errorf("%d answers, %v", k.ring.Ready(), yes)
		}
	}
	if none := (&kernel{ring: k.ring, has: func(sys.Opcode) bool { return false }}); withOperation(sys.RingOpSocket)(none) || withBit(0)(none) || findFeature("file-operations").offered(none) {
		t.Error("a kernel that has nothing offers something")
	}
}

// Unknown names are rejected, and the error lists the known ones.
func TestParseFeatures(t *testing.T) {
	if set, err := parseFeatures(optional()); err != nil || set != submitAll|skipSuccess|pollFirst|singleIssuer|deferTaskrun|messages|fileOperations {
		t.Errorf("%b, %v", set, err)
	}
	if names := optional(); len(names) != 7 {
		t.Errorf("%q can be left out: want those that have a bit", names)
	}
	for _, name := range []string{"", "poll", "multishot"} {
		if _, err := parseFeatures([]string{name}); err == nil || !strings.Contains(err.Error(), "poll-first") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
