package wire

import (
	"bytes"
	"testing"
)

func TestPongGolden(t *testing.T) {
	frame, context := goldenCommand(t, "pong", 0, CommandPong)
	wantBytes(t, AppendPong(nil, context), frame)
}

func TestPongContext(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 17)
	wantBytes(t, AppendPong(nil, long), AppendPong(nil, long[:MaxPingContext]))
}
