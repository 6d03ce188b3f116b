package conformance

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/actum-go/actum/proactor"
)

// bindings returns the ways in which a handle gets a socket file.
func (r *fixture) bindings() map[string]func(path string) (*proactor.Handle, error) {
	if r.network != "unix" {
		return nil
	}
	return map[string]func(string) (*proactor.Handle, error){
		"unix": func(path string) (*proactor.Handle, error) { return r.d.Listen("unix", path, nil) },
		"unixgram": func(path string) (*proactor.Handle, error) {
			h, err := r.d.ListenPacket("unixgram", path, nil)
			if errors.Is(err, errors.ErrUnsupported) {
				return nil, nil
			}
			return h, err
		},
	}
}

// bind makes such a handle; nil if there is none, or it has no file.
func (r *fixture) bind(bind func(string) (*proactor.Handle, error), path string) *proactor.Handle {
	r.t.Helper()
	h, err := bind(path)
	if err != nil {
		r.t.Fatal(err)
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
func testSocketFile(r *fixture) {
	for network, bind := range r.bindings() {
		path := r.address()
		first := r.bind(bind, path)
		if first == nil {
			continue
		}
		if err := os.Remove(path); err != nil {
			r.t.Fatal(err)
		}
		second := r.bind(bind, path)
		first.Close()
		r.poll()
		if !exists(path) {
			r.t.Errorf("%s: the first at %s has removed the file of the second", network, path)
		}
		second.Close()
		r.poll()
		if exists(path) {
			r.t.Errorf("%s: %s is left behind", network, path)
		}
	}
}

// testSocketFileRelative: the file is removed even if the working directory has
// changed.
func testSocketFileRelative(r *fixture) {
	for network, bind := range r.bindings() {
		there, elsewhere := TempDir(r.t), TempDir(r.t)
		r.t.Chdir(there)
		h := r.bind(bind, "s")
		if h == nil {
			continue
		}
		r.t.Chdir(elsewhere)
		other := filepath.Join(elsewhere, "s")
		if err := os.WriteFile(other, nil, 0o600); err != nil {
			r.t.Fatal(err)
		}
		h.Close()
		r.poll()
		if exists(filepath.Join(there, "s")) || !exists(other) {
			r.t.Errorf("%s: the file is still there: %v; one of that name elsewhere is: %v",
				network, exists(filepath.Join(there, "s")), exists(other))
		}
		_ = os.Remove(other)
	}
}

// testSocketFileUnconnected: a connect that fails removes the file that it was
// bound to.
func testSocketFileUnconnected(r *fixture) {
	if r.network != "unix" {
		return
	}
	path := r.address()
	c := r.call(nil)
	r.d.Connect(c.start(), "unixgram", path+"none", &proactor.SocketOptions{LocalAddr: path})
	r.wait(c)
	if c.err == nil || exists(path) {
		r.t.Errorf("a connect without a listener: %v; the file that it was bound to exists: %v", c.err, exists(path))
	}
}
