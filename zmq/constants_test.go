package zmq_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// The documented numbers. They are part of the interface.
func TestConstants(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want int64
	}{
		{"Unlimited", zmq.Unlimited, -1},
		{"NoLinger", int64(zmq.NoLinger), -1},
		{"LingerForever", int64(zmq.LingerForever), 0},
		{"DefaultHWM", zmq.DefaultHWM, 1000},
		{"DefaultReconnectInterval", int64(zmq.DefaultReconnectInterval), 100e6},
		{"DefaultHandshakeTimeout", int64(zmq.DefaultHandshakeTimeout), 30e9},
		{"DefaultBacklog", zmq.DefaultBacklog, 100},
		{"DefaultMaxFrames", zmq.DefaultMaxFrames, 1_048_576},
		{"DefaultStallTimeout", int64(zmq.DefaultStallTimeout), 60e9},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %d, want %d", tt.name, tt.got, tt.want)
		}
	}
}

// Every exported type is declared here, and is no other name of an internal one: only
// then does go doc show its fields and methods.
func TestTypesAreDocumented(t *testing.T) {
	names, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() && spec.Assign.IsValid() {
				t.Errorf("%s: %s is another name of an internal type", name, spec.Name)
			}
			return true
		})
	}
}
