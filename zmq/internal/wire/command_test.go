package wire

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// appendCommand appends the frame of the command name whose data is the
// concatenation of data.
func appendCommand(dst []byte, name string, data ...[]byte) []byte {
	size := 0
	for _, d := range data {
		size += len(d)
	}
	dst = appendCommandHeader(dst, name, size)
	for _, d := range data {
		dst = append(dst, d...)
	}
	return dst
}

func TestCommandRoundTrip(t *testing.T) {
	for _, name := range []string{"A", "READY", strings.Repeat("z", 255)} {
		for _, data := range [][][]byte{
			nil, {[]byte("one")}, {[]byte("one"), nil, []byte("two")}, {make([]byte, 300)},
		} {
			frame := appendCommand(nil, name, data...)
			flags, body := splitFrame(t, frame)
			if flags&^FlagLong != FlagCommand {
				t.Errorf("%s: flags %#x", name, flags)
			}
			gotName, gotData, err := ParseCommand(body)
			if err != nil || string(gotName) != name || !bytes.Equal(gotData, bytes.Join(data, nil)) {
				t.Errorf("%s %q comes back as %s %q, %v", name, data, gotName, gotData, err)
			}
		}
	}
}

func TestParseCommandErrors(t *testing.T) {
	for in, text := range map[string]string{
		"":              "empty body",
		"\x00":          "empty name",
		"\x00READY":     "empty name",
		"\x05READ":      "name of 5 bytes in a body of 5",
		"\xffREADY":     "name of 255 bytes in a body of 6",
		"\x05REA\x00Y":  "byte 0x00 in its name",
		"\x06READY!":    "byte 0x21 in its name",
		"\x05READ\xc3Y": "byte 0xc3 in its name",
	} {
		_, _, err := ParseCommand([]byte(in))
		wantError(t, err, ErrCommand, text)
	}
}

func TestTrafficCommandsDoNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 256)
	context := []byte("context")
	got := testing.AllocsPerRun(100, func() {
		for _, b := range [][]byte{
			AppendPing(buf, 0, context), AppendPong(buf, context),
			AppendSubscribe(buf, context), AppendCancel(buf, context),
			appendCommand(buf, "OTHER", context, context), AppendError(buf, "reason"),
		} {
			_, _, n, _ := ParseFrameHeader(b)
			name, data, err := ParseCommand(b[n:])
			if err == nil && string(name) == CommandPing {
				_, _, err = ParsePing(data)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	if got != 0 {
		t.Errorf("%v allocations, want 0", got)
	}
}

// FuzzParseCommand also passes the data to the parser of the named command.
func FuzzParseCommand(f *testing.F) {
	addGoldenBodies(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		name, data, err := ParseCommand(body)
		if err != nil {
			if !errors.Is(err, ErrCommand) {
				t.Errorf("error %v is none of this package's", err)
			}
			return
		}
		_, again := splitFrame(t, appendCommand(nil, string(name), data))
		wantBytes(t, again, body)
		if frame, ok := reencode(string(name), data); ok {
			_, again := splitFrame(t, frame)
			wantBytes(t, again, body)
		}
	})
}

// reencode parses the data of a command and appends it again; ok is false if it
// is malformed, or not one of RFC 37's.
func reencode(name string, data []byte) (frame []byte, ok bool) {
	switch name {
	case CommandReady:
		m, err := ParseReady(data)
		return AppendReady(nil, m), err == nil
	case CommandError:
		reason, err := ParseError(data)
		return AppendError(nil, string(reason)), err == nil && len(data) == 1+len(reason)
	case CommandSubscribe:
		return AppendSubscribe(nil, ParseSubscribe(data)), true
	case CommandCancel:
		return AppendCancel(nil, ParseCancel(data)), true
	case CommandPing:
		ttl, context, err := ParsePing(data)
		return AppendPing(nil, ttl, context), err == nil && len(data) <= ttlSize+MaxPingContext
	case CommandPong:
		return AppendPong(nil, data), len(data) <= MaxPingContext
	default:
		return nil, false
	}
}
