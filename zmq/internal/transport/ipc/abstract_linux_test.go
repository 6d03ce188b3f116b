package ipc_test

import (
	"net"
	"os"
	"testing"
)

// An abstract name that is in use is no file: one of that name, left by a dead
// process, stays.
func TestAbstractNameInUse(t *testing.T) {
	d := newDispatcher(t)
	t.Chdir(shortDir(t))
	const name = "@actum-ipc-test"
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: "dead", Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	if err := os.Rename("dead", name); err != nil {
		t.Fatal(err)
	}
	first, err := listen(d, name)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Abandon()
	if second, err := listen(d, name); err == nil {
		second.Abandon()
		t.Error("bound twice")
	}
	if !exists(name) {
		t.Error("the file is gone")
	}
}
