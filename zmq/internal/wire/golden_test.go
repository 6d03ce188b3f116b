package wire

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The files in testdata/golden were recorded from libzmq by interop/capture.

// golden returns the frames of one recording.
func golden(t testing.TB, name string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "golden", name+".hex"))
	if err != nil {
		t.Fatal(err)
	}
	var frames [][]byte
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.ReplaceAll(line, " ", ""); line == "" {
			continue
		}
		frame, err := hex.DecodeString(line)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		frames = append(frames, frame)
	}
	if len(frames) == 0 {
		t.Fatalf("%s: no frames", name)
	}
	return frames
}

// goldenNames lists all recordings.
func goldenNames(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "golden", "*.hex"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(filepath.Base(p), ".hex")
	}
	return paths
}

// goldenCommand returns frame i of a recording, which must be the named command,
// and its data.
func goldenCommand(t *testing.T, recording string, i int, name string) (frame, data []byte) {
	t.Helper()
	frame = golden(t, recording)[i]
	flags, body := splitFrame(t, frame)
	if flags&FlagCommand == 0 {
		t.Fatalf("%s: flags %#x are not a command's", recording, flags)
	}
	got, data, err := ParseCommand(body)
	if err != nil || string(got) != name {
		t.Fatalf("%s: ParseCommand = %q, %v; want %q", recording, got, err, name)
	}
	return frame, data
}

// splitFrame splits exactly one frame.
func splitFrame(t *testing.T, frame []byte) (flags byte, body []byte) {
	t.Helper()
	flags, size, n, err := ParseFrameHeader(frame)
	if err != nil || n == 0 || size != uint64(len(frame)-n) {
		t.Fatalf("ParseFrameHeader(%x) = %#x, %d, %d, %v", frame, flags, size, n, err)
	}
	return flags, frame[n:]
}

func wantBytes(t *testing.T, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("bytes on the wire\n got %x\nwant %x", got, want)
	}
}

// addGoldenBodies seeds a fuzz target with the body of every recorded frame.
func addGoldenBodies(f *testing.F) {
	for _, name := range goldenNames(f) {
		for _, frame := range golden(f, name) {
			if _, _, n, err := ParseFrameHeader(frame); err == nil && n > 0 {
				f.Add(frame[n:])
			}
		}
	}
}
