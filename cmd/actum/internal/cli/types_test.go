package cli

import (
	"reflect"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// The tool has a command for each socket type, with the type's name.
func TestACommandForEachType(t *testing.T) {
	for _, typ := range zmq.Types() {
		name := typ.String()[:1] + strings.ToLower(typ.String()[1:])
		if _, ok := reflect.TypeFor[grammar]().FieldByName(name); !ok {
			t.Errorf("no command for %v", typ)
		}
	}
}
