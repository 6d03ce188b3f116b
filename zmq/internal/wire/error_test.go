package wire

import (
	"strings"
	"testing"
)

func TestErrorGolden(t *testing.T) {
	frame, data := goldenCommand(t, "error", 0, CommandError)
	reason, err := ParseError(data)
	if string(reason) != "400" || err != nil {
		t.Errorf("ParseError = %q, %v", reason, err)
	}
	wantBytes(t, AppendError(nil, "400"), frame)
}

func TestParseError(t *testing.T) {
	for _, tt := range []struct{ in, reason, err string }{
		{in: "", err: "without a reason"},
		{in: "\x00"},
		{in: "\x02no", reason: "no"},
		{in: "\x02no, and more", reason: "no"},
		{in: "\x03no", err: "reason of 3 bytes, of which 2 are there"},
	} {
		reason, err := ParseError([]byte(tt.in))
		if string(reason) != tt.reason {
			t.Errorf("ParseError(%q) = %q, want %q", tt.in, reason, tt.reason)
		}
		wantError(t, err, ErrCommand, tt.err)
	}
}

func TestAppendErrorCutsReason(t *testing.T) {
	_, body := splitFrame(t, AppendError(nil, strings.Repeat("x", 300)))
	_, data, _ := ParseCommand(body)
	if reason, err := ParseError(data); len(reason) != 255 || err != nil {
		t.Errorf("reason of %d bytes, %v; want 255", len(reason), err)
	}
}
