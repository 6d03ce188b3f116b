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

// process is a command line at work in this process.
type process struct {
	ended     chan result
	interrupt context.CancelFunc
}

// start starts a command line. In its words, EP is an endpoint.
func start(t *testing.T, endpoint string, in io.Reader, line string) *process {
	t.Helper()
	return startWith(t, endpoint, line, system.Streams{In: in, Err: new(bytes.Buffer), Patience: -1})
}

// startWith starts a command line whose standard error may be watched.
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

// heard is a standard error that can be waited on for what it says.
type heard struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newHeard() *heard { return &heard{more: make(chan struct{}, 1)} }

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text.Write(b)
	select {
	case h.more <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// await waits until something that matches a pattern has been said.
func (h *heard) await(t *testing.T, pattern string) {
	t.Helper()
	for re := regexp.MustCompile(pattern); !re.MatchString(h.String()); {
		select {
		case <-h.more:
		case <-t.Context().Done():
			t.Fatalf("heard %q, not %q", h, pattern)
		}
	}
}
