package ipc_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/ipc"
)

// shortDir makes a directory with a short name, because socket paths are limited.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ipc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func newDispatcher(t *testing.T) *proactor.Dispatcher {
	t.Helper()
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// config has the defaults.
func config() *transport.Config {
	return &transport.Config{Resolved: option.Resolve(new(option.Values))}
}

func listen(d *proactor.Dispatcher, path string) (transport.Listener, error) {
	ep := endpoint.Endpoint{Transport: endpoint.IPC, Path: path}
	return ipc.New(config()).Listen(context.Background(), d, ep)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// The socket of a wildcard has a directory of its own, which is removed with it.
func TestWildcard(t *testing.T) {
	d := newDispatcher(t)
	seen := map[string]bool{}
	for range 2 {
		l, err := listen(d, "*")
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(l.Endpoint(), "ipc://")
		if seen[path] || !filepath.IsAbs(path) || !exists(path) {
			t.Errorf("bound to %s", l.Endpoint())
		}
		seen[path] = true
		l.Abandon()
		if exists(filepath.Dir(path)) {
			t.Errorf("%s is left behind", filepath.Dir(path))
		}
	}
}

// A socket that a dead process left behind is replaced. A socket in use and a
// file of another kind are not.
func TestPathsThatExist(t *testing.T) {
	d := newDispatcher(t)
	dir := shortDir(t)
	dead := filepath.Join(dir, "dead")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	alive, err := listen(d, dead)
	if err != nil {
		t.Fatalf("a path that a dead process has left: %v", err)
	}
	if _, err := listen(d, dead); err == nil {
		t.Error("a path in use was taken over")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen(d, file); err == nil || !exists(file) {
		t.Errorf("a file was taken for a socket: %v", err)
	}
	datagrams := filepath.Join(dir, "datagrams") // a stream cannot be connected to it, which does not mean that it is dead
	used, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: datagrams, Net: "unixgram"})
	if err != nil {
		t.Logf("this system has no sockets for datagrams: %v", err)
	} else {
		defer used.Close()
		if _, err := listen(d, datagrams); err == nil || !exists(datagrams) {
			t.Errorf("a socket for datagrams was replaced: %v", err)
		}
	}
	if _, err := listen(d, filepath.Join(dir, "none", "s")); err == nil {
		t.Error("bound in a directory that there is not")
	}
	alive.Abandon()
}

// The transport is found by its scheme.
func TestRegistered(t *testing.T) {
	c := config()
	if got, ok := transport.For(endpoint.Endpoint{Transport: endpoint.IPC}, c); !ok || got != ipc.New(c) {
		t.Errorf("%v, %v", got, ok)
	}
}

// A Dial connects to the path, unless it is cancelled, and the Listener's endpoint is
// one to dial.
func TestDial(t *testing.T) {
	d := newDispatcher(t)
	path := filepath.Join(shortDir(t), "s")
	l, err := listen(d, path)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Endpoint(); got != "ipc://"+path {
		t.Errorf("bound to %s", got)
	}
	ep, err := endpoint.Parse(l.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	for _, cancelled := range []bool{false, true} {
		calls := 0
		attempt := ipc.New(config()).Dial(d, ep, func(s stream.Stream, err error) {
			calls++
			if (err != nil) != cancelled {
				t.Errorf("cancelled: %v, %v", cancelled, err)
			}
			if err == nil {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
		if cancelled {
			attempt.Cancel()
		}
		for calls == 0 {
			if _, err := d.RunOne(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.Abandon()
}

// A socket file that was found stale is removed only if it is still the same file: not
// another one, not one that was changed since, and none if it is gone.
func TestRemoveUnchanged(t *testing.T) {
	dir := shortDir(t)
	path, other := filepath.Join(dir, "s"), filepath.Join(dir, "other")
	then := time.Unix(1_000_000_000, 0)
	write := func(path string) {
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, then, then)); err != nil {
			t.Fatal(err)
		}
	}
	write(path)
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	os.SameFile(info, info) // reads the file's number on Windows
	check := func(what string, stays bool) {
		t.Helper()
		if ipc.RemoveUnchanged(path, info); exists(path) != stays {
			t.Errorf("%s: it is there: %v, want %v", what, !stays, stays)
		}
	}
	if err := os.Chtimes(path, then, then.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	check("a file that was changed", true)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
	kept := path + " of before"
	write(other) // while the first exists, so that it cannot get its number
	if err := errors.Join(os.Rename(path, kept), os.Rename(other, path)); err != nil {
		t.Fatal(err)
	}
	check("another file of the same time", true)
	if err := errors.Join(os.Remove(path), os.Rename(kept, path)); err != nil {
		t.Fatal(err)
	}
	check("the same file", false)
	check("a file that is gone", false)
}

// A listener does not remove the socket file of a program that replaced its file.
func TestReplacedPath(t *testing.T) {
	d := newDispatcher(t)
	path := filepath.Join(shortDir(t), "s")
	first, err := listen(d, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	second, err := listen(d, path)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []transport.Listener{first, second} {
		if !exists(path) {
			t.Error("the file of the second is gone")
		}
		l.Abandon()
	}
	if exists(path) {
		t.Error("the file is left behind")
	}
}

// The directory of a wildcard is removed if nothing can be bound in it.
func TestWildcardWithoutRoom(t *testing.T) {
	d := newDispatcher(t)
	long := filepath.Join(shortDir(t), strings.Repeat("x", 120))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	t.Setenv("TMP", long) // of Windows
	if l, err := listen(d, "*"); err == nil {
		l.Abandon()
		t.Fatal("bound to a path of more than 120 bytes")
	}
	if left, err := os.ReadDir(long); err != nil || len(left) != 0 {
		t.Errorf("%v is left behind, %v", left, err)
	}
	t.Setenv("TMPDIR", filepath.Join(long, "none"))
	t.Setenv("TMP", filepath.Join(long, "none"))
	if _, err := listen(d, "*"); err == nil || !strings.Contains(err.Error(), "making a directory") {
		t.Errorf("without a directory: %v", err)
	}
}
