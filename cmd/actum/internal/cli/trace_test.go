package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The command does what it does without trace, and its operations are in the
// file. The tests of this package that trace do not run beside each other.
func TestTrace(t *testing.T) {
	tests := []struct {
		format string
		good   func(string) bool
	}{
		{"chrome", func(s string) bool { return json.Valid([]byte(s)) && strings.Contains(s, `"name":"accept`) }},
		{"dot", regexp.MustCompile(`(?s)^digraph .* -> .*}\n$`).MatchString},
		{"text", regexp.MustCompile(`(?m)^@asio\|\d+\.\d{6}\|0\*\d+\|handle@0x[0-9a-f]+\.async_accept$`).MatchString},
	}
	for _, tt := range tests {
		t.Run(tt.format, func(t *testing.T) {
			endpoint, file := newEndpoint(t), filepath.Join(t.TempDir(), "trace")
			rep := start(t, endpoint, nil, "trace --format "+tt.format+" --output "+file+" rep --bind EP --echo --count 3")
			check(t, <-start(t, endpoint, nil, "req --connect EP --data x --count 3").ended, 0, "^x\nx\nx\n$", nothing)
			check(t, <-rep.ended, 0, "^x\nx\nx\n$", `^actum: \d+ operations are in `+regexp.QuoteMeta(file)+"\n$")
			if b, err := os.ReadFile(file); err != nil || !tt.good(string(b)) {
				t.Errorf("%v, %s", err, b)
			}
		})
	}
}

func TestTraceFailures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace")
	tests := []struct {
		line string
		code int
		err  string
	}{
		{"trace demo", 2, "--output"},
		{"trace --output FILE", 2, "command"},
		{"trace --format svg --output FILE demo", 2, `--format must be one of "chrome","dot","text","replay"`},
		{"trace --records 0 --output FILE demo", 2, "--records is 0"},
		{"trace --output FILE/no/such demo", 2, "--output: open "},
		{"trace --output FILE trace --output FILE demo", 2, "any command but itself"},
		{"trace --output FILE posh", 2, "unexpected argument posh"},
		{"trace --output FILE push --connect EP --data x --timeout 10ms", 1, "be delivered within 10ms"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			r := actum(t, strings.ReplaceAll(tt.line, "FILE", file))
			check(t, r, tt.code, nothing, `(?m)^actum: .*`+tt.err)
		})
	}
}
