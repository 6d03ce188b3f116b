package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
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

// process is a command that runs in this process.
type process struct {
	ended     chan result
	interrupt context.CancelFunc
}

// start starts a command line, in which EP stands for endpoint.
func start(t *testing.T, endpoint string, in io.Reader, line string) *process {
	t.Helper()
	return startWith(t, endpoint, line, system.Streams{In: in, Err: new(bytes.Buffer), ReportDelay: -1})
}

// startWith starts a command line with the streams s, whose Err must be a fmt.Stringer.
func startWith(t *testing.T, endpoint, line string, s system.Streams) *process {
	t.Helper()
	args := strings.Fields(strings.ReplaceAll(line, "EP", endpoint))
	ctx, interrupt := context.WithCancel(context.Background())
	t.Cleanup(interrupt)
	p := &process{ended: make(chan result, 1), interrupt: interrupt}
	go func() {
		var out bytes.Buffer
		s.Out = &out
		code := Run(ctx, args, s)
		p.ended <- result{code, out.String(), s.Err.(fmt.Stringer).String()}
	}()
	return p
}

// actum runs a command line and waits for its result.
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

// watchedOutput is a standard error in which a test can wait for a text.
type watchedOutput struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newWatchedOutput() *watchedOutput { return &watchedOutput{more: make(chan struct{}, 1)} }

func (w *watchedOutput) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(b)
	select {
	case w.more <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (w *watchedOutput) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// await waits until the text that was written matches a pattern.
func (w *watchedOutput) await(t *testing.T, pattern string) {
	t.Helper()
	for re := regexp.MustCompile(pattern); !re.MatchString(w.String()); {
		select {
		case <-w.more:
		case <-t.Context().Done():
			t.Fatalf("standard error is %q, which does not match %q", w, pattern)
		}
	}
}
