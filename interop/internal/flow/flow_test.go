package flow

import (
	"reflect"
	"strings"
	"testing"
)

func TestMessages(t *testing.T) {
	f := Flow{Count: 3, Shapes: "8;0,3"}.Via("to", "")
	if got := f.Message(258); !reflect.DeepEqual(got, [][]byte{[]byte("to"), {}, {0, 0, 0, 0, 0, 0, 1, 2}}) {
		t.Errorf("message 258 is %q", got)
	}
	if got := f.Message(255); !reflect.DeepEqual(got, [][]byte{[]byte("to"), {}, {}, {0, 1, 2}}) {
		t.Errorf("message 255 is %q", got)
	}
	if err := f.Check(1, f.Message(1)); err != nil {
		t.Error(err)
	}
	if f.Check(1, f.Message(3)) == nil || f.Check(1, f.Message(1)[1:]) == nil {
		t.Error("a wrong message passed")
	}
}

func TestWords(t *testing.T) {
	for _, f := range []Flow{
		{From: 1, Count: 2, Shapes: AllShapes},
		{Shapes: Numbers, Envelope: []string{"", "\x00\xff", "id"}},
	} {
		got, err := Parse(strings.Fields(f.String()))
		if err != nil || !reflect.DeepEqual(got, f) {
			t.Errorf("%v was read as %v, %v", f, got, err)
		}
	}
}
