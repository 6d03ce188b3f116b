package endpoint

import (
	"slices"
	"testing"
)

// unregister takes a scheme of a test out of the table again.
func unregister(scheme string) {
	schemes.Lock()
	defer schemes.Unlock()
	delete(schemes.grammars, scheme)
	schemes.names = slices.DeleteFunc(schemes.names, func(name string) bool { return name == scheme })
}

// A registered scheme is parsed, checked, written and named in errors as the
// others are.
func TestRegister(t *testing.T) {
	Register("tls", HostPort)
	defer unregister("tls")
	for _, in := range []string{"tls://host:1", "tls://*:*", "tls://10.0.0.2:*;10.0.0.1:5555"} {
		e, err := Parse(in)
		if err != nil || e.Transport != "tls" || e.String() != in {
			t.Errorf("%s: %+v, %v", in, e, err)
		}
	}
	e, err := Parse("tls://*:*")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := Parse("tcp://*:*"); err != nil || e == plain {
		t.Errorf("%v and %v are the same: %v", e, plain, err)
	}
	wantError(t, e.CheckBind(), "tls://*:*", "")
	wantError(t, e.CheckConnect(), "tls://*:*", "cannot connect to *")
	_, err = Parse("x:1")
	wantError(t, err, "x:1", "expected tcp://host:port, ipc://path, inproc://name or tls://host:port")
	_, err = Parse("ws://x:1")
	wantError(t, err, "ws://x:1", "expected tcp, ipc, inproc or tls, in lower case")
	defer func() {
		if recover() == nil {
			t.Error("a scheme was registered twice")
		}
	}()
	Register("tls", FilePath)
}
