package wire

import (
	"bytes"
	"math"
	"testing"
	"time"
)

func TestPingGolden(t *testing.T) {
	frame, data := goldenCommand(t, "ping", 0, CommandPing)
	ttl, context, err := ParsePing(data)
	if ttl != 12300*time.Millisecond || len(context) != 0 || err != nil {
		t.Errorf("ParsePing = %v, %q, %v", ttl, context, err)
	}
	wantBytes(t, AppendPing(nil, 12300*time.Millisecond, nil), frame)
}

func TestPingTTL(t *testing.T) {
	for in, want := range map[time.Duration]time.Duration{
		-time.Second:           0,
		0:                      0,
		1:                      100 * time.Millisecond,
		100 * time.Millisecond: 100 * time.Millisecond,
		101 * time.Millisecond: 200 * time.Millisecond,
		MaxPingTTL:             6553500 * time.Millisecond,
		math.MaxInt64:          6553500 * time.Millisecond,
	} {
		_, body := splitFrame(t, AppendPing(nil, in, []byte("ctx")))
		_, data, _ := ParseCommand(body)
		if got, context, err := ParsePing(data); got != want || string(context) != "ctx" || err != nil {
			t.Errorf("TTL %v goes out as %v, %q, %v; want %v", in, got, context, err, want)
		}
	}
}

func TestParsePingErrors(t *testing.T) {
	for in, text := range map[string]string{
		"":     "without a TTL",
		"\x00": "without a TTL",
	} {
		_, _, err := ParsePing([]byte(in))
		wantError(t, err, ErrCommand, text)
	}
}

func TestPingCutsContext(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 20)
	_, context, err := ParsePing(append([]byte{0, 0}, long...))
	if string(context) != string(long[:MaxPingContext]) || err != nil {
		t.Errorf("ParsePing = %q, %v", context, err)
	}
	wantBytes(t, AppendPing(nil, 0, long), AppendPing(nil, 0, long[:MaxPingContext]))
}
