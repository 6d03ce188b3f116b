package conformance

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/actum-go/actum/proactor"
)

// bindings returns the ways in which a handle gets a socket file.
func (f *fixture) bindings() map[string]func(path string) (*proactor.Handle, error) {
	if f.network != "unix" {
		return nil
	}
	return map[string]func(string) (*proactor.Handle, error){
		"unix": func(path string) (*proactor.Handle, error) { return f.d.Listen("unix", path, nil) },
		"unixgram": func(path string) (*proactor.Handle, error) {
			h, err := f.d.ListenPacket("unixgram", path, nil)
			if errors.Is(err, errors.ErrUnsupported) {
				return nil, nil
			}
			return h, err
		},
	}
}

// bind makes such a handle; nil if there is none, or it has no file.
func (f *fixture) bind(bind func(string) (*proactor.Handle, error), path string) *proactor.Handle {
	f.t.Helper()
	h, err := bind(path)
	if err != nil {
		f.t.Fatal(err)
	}
	if !exists(path) {
		return nil // this network is in memory
	}
	return h
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// testSocketFile: Close removes the handle's own file, and not a file that has
// replaced it.
func testSocketFile(f *fixture) {
	for network, bind := range f.bindings() {
		path := f.address()
		first := f.bind(bind, path)
		if first == nil {
			continue
		}
		if err := os.Remove(path); err != nil {
			f.t.Fatal(err)
		}
		second := f.bind(bind, path)
		first.Close()
		f.poll()
		if !exists(path) {
			f.t.Errorf("%s: the first at %s has removed the file of the second", network, path)
		}
		second.Close()
		f.poll()
		if exists(path) {
			f.t.Errorf("%s: %s is left behind", network, path)
		}
	}
}

// testSocketFileRelative: the file is removed even if the working directory has
// changed.
func testSocketFileRelative(f *fixture) {
	for network, bind := range f.bindings() {
		there, elsewhere := TempDir(f.t), TempDir(f.t)
		f.t.Chdir(there)
		h := f.bind(bind, "s")
		if h == nil {
			continue
		}
		f.t.Chdir(elsewhere)
		other := filepath.Join(elsewhere, "s")
		if err := os.WriteFile(other, nil, 0o600); err != nil {
			f.t.Fatal(err)
		}
		h.Close()
		f.poll()
		if exists(filepath.Join(there, "s")) || !exists(other) {
			f.t.Errorf("%s: the file is still there: %v; one of that name elsewhere is: %v",
				network, exists(filepath.Join(there, "s")), exists(other))
		}
		_ = os.Remove(other)
	}
}

// testSocketFileUnconnected: a connect that fails removes the file that it was
// bound to.
func testSocketFileUnconnected(f *fixture) {
	if f.network != "unix" {
		return
	}
	path := f.address()
	c := f.call(nil)
	f.d.Connect(c.start(), "unixgram", path+"none", &proactor.SocketOptions{LocalAddr: path})
	f.wait(c)
	if c.err == nil || exists(path) {
		f.t.Errorf("a connect without a listener: %v; the file that it was bound to exists: %v", c.err, exists(path))
	}
}
