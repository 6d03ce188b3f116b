package cli

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/internal/leakcheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// result is how a command line ended.
type result struct {
	code     int
	out, err string
}

// process is a command line at work in this process.
type process struct {
	ended     chan result
	interrupt context.CancelFunc
}

// start starts a command line. In its words, EP is an endpoint.
func start(t *testing.T, endpoint string, in io.Reader, line string) *process {
	t.Helper()
	args := strings.Fields(strings.ReplaceAll(line, "EP", endpoint))
	ctx, interrupt := context.WithCancel(context.Background())
	t.Cleanup(interrupt)
	p := &process{ended: make(chan result, 1), interrupt: interrupt}
	go func() {
		var out, err bytes.Buffer
		code := Run(ctx, args, system.Streams{In: in, Out: &out, Err: &err})
		p.ended <- result{code, out.String(), err.String()}
	}()
	return p
}

// actum carries a command line out.
func actum(t *testing.T, line string) result {
	t.Helper()
	return <-start(t, newEndpoint(t), strings.NewReader(""), line).ended
}

func newEndpoint(t *testing.T) string { return "ipc://" + filepath.Join(t.TempDir(), "s") }

const nothing = `^$`

// check compares how a command ended with the code and the patterns of its two
// outputs.
func check(t *testing.T, r result, code int, out, err string) {
	t.Helper()
	if r.code != code || !regexp.MustCompile(out).MatchString(r.out) || !regexp.MustCompile(err).MatchString(r.err) {
		t.Errorf("exit code %d, want %d\nstandard output %q\nwant %q\nstandard error %q\nwant %q", r.code, code, r.out, out, r.err, err)
	}
}
