package zmq_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// Types, their names, errors and the README's table of features agree.
func TestTypes(t *testing.T) {
	var names []string
	for _, typ := range zmq.Types() {
		names = append(names, typ.String())
		for _, name := range []string{typ.String(), strings.ToLower(typ.String())} {
			if parsed, err := zmq.ParseType(name); parsed != typ || err != nil {
				t.Errorf("%q is parsed as %v, %v", name, parsed, err)
			}
		}
		if !typ.Sends() && !typ.Receives() || typ.Addresses() != (typ == zmq.ROUTER) {
			t.Errorf("%v: sends %t, receives %t, addresses %t", typ, typ.Sends(), typ.Receives(), typ.Addresses())
		}
	}
	all := strings.Join(names, " ")
	if want := "PUSH PULL PUB SUB REQ REP DEALER ROUTER PAIR"; all != want {
		t.Errorf("the types are %s, want %s", all, want)
	}
	readme, err := os.ReadFile("../README.md")
	must(t, err)
	if row := fmt.Sprintf("| socket types | %s |", all); !strings.Contains(string(readme), row) {
		t.Errorf("README.md has no row %q", row)
	}
}
