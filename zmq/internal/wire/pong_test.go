package wire

import (
	"bytes"
	"testing"
)

func TestPongGolden(t *testing.T) {
	frame, data := goldenCommand(t, "pong", 0, CommandPong)
	context, err := ParsePong(data)
	if string(context) != "context-16-bytes" || err != nil {
		t.Errorf("ParsePong = %q, %v", context, err)
	}
	wantBytes(t, AppendPong(nil, context), frame)
}

func TestPongContext(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 17)
	_, err := ParsePong(long)
	wantError(t, err, ErrCommand, "context of 17 bytes")
	wantBytes(t, AppendPong(nil, long), AppendPong(nil, long[:MaxPingContext]))
}
