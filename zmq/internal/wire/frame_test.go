package wire

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestFrameHeaderGolden(t *testing.T) {
	for _, name := range []string{
		"message-empty", "message-short", "message-255", "message-256", "message-multipart", "message-request",
	} {
		t.Run(name, func(t *testing.T) {
			frames := golden(t, name)
			for i, frame := range frames {
				flags, body := splitFrame(t, frame)
				if more := flags&FlagMore != 0; more != (i < len(frames)-1) {
					t.Errorf("frame %d of %d: MORE is %v", i+1, len(frames), more)
				}
				wantBytes(t, append(AppendFrameHeader(nil, flags&FlagMore, len(body)), body...), frame)
			}
		})
	}
}

func TestFrameHeaderRoundTrip(t *testing.T) {
	for _, flags := range []byte{0, FlagMore, FlagCommand} {
		for _, size := range []int{0, 1, 254, 255, 256, 257, 1 << 16, 1 << 30, math.MaxInt} {
			b := AppendFrameHeader([]byte("kept"), flags, size)
			header, kept := b[4:], string(b[:4])
			want := flags
			if size > 255 {
				want |= FlagLong
			}
			gotFlags, gotSize, n, err := ParseFrameHeader(header)
			if kept != "kept" || err != nil || gotFlags != want || gotSize != uint64(size) || n != len(header) {
				t.Errorf("flags %#x, size %d: got %#x, %d, %d of %d bytes, %v", flags, size, gotFlags, gotSize, n, len(header), err)
			}
			for cut := range header {
				if _, _, n, err := ParseFrameHeader(header[:cut]); n != 0 || err != nil {
					t.Errorf("flags %#x, size %d, %d bytes of it: n = %d, %v; want 0, nil", flags, size, cut, n, err)
				}
			}
		}
	}
}

func TestAppendFrameHeaderSetsLongItself(t *testing.T) {
	wantBytes(t, AppendFrameHeader(nil, FlagLong|FlagMore, 5), []byte{FlagMore, 5})
	wantBytes(t, AppendFrameHeader(nil, FlagLong, 256), []byte{FlagLong, 0, 0, 0, 0, 0, 0, 1, 0})
}

func TestParseFrameHeader(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		flags    byte
		size     uint64
		n        int
		err      string
	}{
		{name: "nothing", in: ""},
		{name: "flags only", in: "\x00"},
		{name: "short", in: "\x00\x05hello", size: 5, n: 2},
		{name: "short in nine bytes", in: "\x02\x00\x00\x00\x00\x00\x00\x00\x05", flags: FlagLong, size: 5, n: 9},
		{name: "long, a byte missing", in: "\x02\x00\x00\x00\x00\x00\x00\x00"},
		{name: "long more", in: "\x03\x00\x00\x00\x00\x00\x01\x00\x00", flags: FlagLong | FlagMore, size: 65536, n: 9},
		{name: "long command", in: "\x06\x00\x00\x00\x00\x00\x00\x01\x00", flags: FlagLong | FlagCommand, size: 256, n: 9},
		{name: "2^63-1", in: "\x02\x7f\xff\xff\xff\xff\xff\xff\xff", flags: FlagLong, size: math.MaxInt64, n: 9},
		{name: "2^63", in: "\x02\x80\x00\x00\x00\x00\x00\x00\x00", err: "above 2^63-1"},
		{name: "2^64-1 at its first byte", in: "\x02\xff", err: "above 2^63-1"},
		{name: "reserved bit 3", in: "\x08\x05", size: 5, n: 2},
		{name: "reserved bit 7 and more", in: "\x81\x00", flags: FlagMore, n: 2},
		{name: "all bits", in: "\xff\x00\x00\x00\x00\x00\x00\x00\x05", flags: FlagLong | FlagCommand, size: 5, n: 9},
		{name: "more on a command", in: "\x05\x01", flags: FlagCommand, size: 1, n: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			flags, size, n, err := ParseFrameHeader([]byte(tt.in))
			if flags != tt.flags || size != tt.size || n != tt.n {
				t.Errorf("got flags %#x, size %d, n %d; want %#x, %d, %d", flags, size, n, tt.flags, tt.size, tt.n)
			}
			wantError(t, err, ErrFrame, tt.err)
		})
	}
}

// wantError checks for no error (text is ""), or for one that wraps kind and
// contains text.
func wantError(t *testing.T, err, kind error, text string) {
	t.Helper()
	switch {
	case text == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case text != "" && (!errors.Is(err, kind) || !strings.Contains(err.Error(), text)):
		t.Errorf("error is %v; want one of %q with %q", err, kind, text)
	}
}

func TestFrameHeaderDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, MaxFrameHeader)
	got := testing.AllocsPerRun(100, func() {
		for _, size := range []int{5, 500} {
			b := AppendFrameHeader(buf, FlagMore, size)
			if _, _, n, err := ParseFrameHeader(b); n != len(b) || err != nil {
				t.Fatal(n, err)
			}
		}
	})
	if got != 0 {
		t.Errorf("%v allocations, want 0", got)
	}
}

func FuzzParseFrameHeader(f *testing.F) {
	for _, name := range goldenNames(f) {
		f.Add(bytes.Join(golden(f, name), nil))
	}
	f.Add([]byte{FlagLong, 0x80})
	f.Add([]byte{FlagCommand | FlagMore, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		flags, size, n, err := ParseFrameHeader(b)
		if err != nil || n == 0 {
			if err != nil && !errors.Is(err, ErrFrame) {
				t.Errorf("error %v is none of this package's", err)
			}
			return
		}
		if size > math.MaxInt64 || n > len(b) || flags&^flagsKnown != 0 || flags&(FlagCommand|FlagMore) == FlagCommand|FlagMore {
			t.Fatalf("accepted %#x, %d, %d out of %x", flags, size, n, b)
		}
		again := AppendFrameHeader(nil, flags, int(size))
		flags2, size2, _, err := ParseFrameHeader(again)
		if err != nil || size2 != size || flags2&^FlagLong != flags&^FlagLong || len(again) > n {
			t.Fatalf("%x comes back as %x: %#x, %d, %v", b[:n], again, flags2, size2, err)
		}
	})
}

func BenchmarkAppendFrameHeader(b *testing.B) {
	buf := make([]byte, 0, MaxFrameHeader)
	for b.Loop() {
		buf = AppendFrameHeader(buf[:0], 0, 8)
	}
}

func BenchmarkParseFrameHeader(b *testing.B) {
	header := AppendFrameHeader(nil, 0, 8)
	for b.Loop() {
		if _, _, n, _ := ParseFrameHeader(header); n != 2 {
			b.Fatal(n)
		}
	}
}
