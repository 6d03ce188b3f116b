//go:build linux

package uring

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
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

// Every tuning is a ring: flags that the kernel does not know are left out.
func TestTunings(t *testing.T) {
	for _, tu := range []tuning{{}, {pollFirst: true}, {coopTaskrun: true}, {coopTaskrun: true, pollFirst: true}} {
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
	}
}
