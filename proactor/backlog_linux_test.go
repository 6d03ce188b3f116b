package proactor_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// TestDefaultBacklog: if no backlog is set, the largest number of connections that
// the system allows wait to be accepted.
func TestDefaultBacklog(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/net/core/somaxconn")
	if err != nil {
		t.Fatal(err)
	}
	most, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	ops := make([]proactor.Operation, min(most, 400))
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			ln, err := d.Listen("unix", conformance.TempDir(t)+"/s", nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := range ops {
				ops[i].Handler = proactor.HandlerFunc(nothing)
				d.Connect(&ops[i], "unix", ln.LocalAddr().String(), nil)
			}
			for i := range ops {
				runUntil(t, d, &ops[i])
				if err := ops[i].Err(); err != nil {
					t.Fatalf("connection %d: %v", i, err)
				}
				ops[i].Handle().Close()
			}
		})
	}
}
