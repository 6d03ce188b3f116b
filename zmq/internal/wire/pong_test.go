package wire

import (
	"bytes"
	"testing"
)

func TestPongGolden(t *testing.T) {
	frame, data := goldenCommand(t, "pong", 0, CommandPong)
	context := ParsePong(data)
	if string(context) != "context-16-bytes" {
		t.Errorf("ParsePong = %q", context)
	}
	wantBytes(t, AppendPong(nil, context), frame)
}

func TestPongContext(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 17)
	if context := ParsePong(long); len(context) != MaxPingContext {
		t.Errorf("a context of %d bytes", len(context))
	}
	wantBytes(t, AppendPong(nil, long), AppendPong(nil, long[:MaxPingContext]))
}
