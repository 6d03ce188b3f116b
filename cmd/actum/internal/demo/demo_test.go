package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

func TestDemo(t *testing.T) {
	for _, backend := range []string{"", "goroutine"} {
		t.Run("backend "+backend, func(t *testing.T) {
			var out, err bytes.Buffer
			c := Command{Time: 200 * time.Millisecond, Backend: backend}
			if err := c.Run(t.Context(), system.Streams{Out: &out, Err: &err}); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(out.String(), "backend: "+backend) {
				t.Errorf("no backend in %q", &out)
			}
			for _, sc := range scenarios() {
				if !strings.Contains(err.String(), sc.pattern+" over "+sc.transport+": ") {
					t.Errorf("no progress of %s over %s in %q", sc.pattern, sc.transport, &err)
				}
			}
		})
	}
}

// The first line comes before anything is measured.
func TestFirstLine(t *testing.T) {
	var both bytes.Buffer
	c := Command{Time: 100 * time.Millisecond, Backend: "goroutine"}
	if err := c.Run(t.Context(), system.Streams{Out: &both, Err: &both}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(both.String(), "backend: goroutine\n") {
		t.Errorf("it begins with %.80q", &both)
	}
}

// Every scenario exchanges messages, at full speed and one by one.
func TestScenes(t *testing.T) {
	zctx, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer zctx.Close()
	rows, err := runAll(t.Context(), zctx, scenarios(), 200*time.Millisecond, lines{t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 9 {
		t.Fatalf("%d rows, want 9", len(rows))
	}
	for _, r := range rows {
		if r.messages == 0 || r.perSecond == 0 || r.latency.Percentile(500) == 0 || r.lost != 0 || r.reordered != 0 {
			t.Errorf("%s over %s: %d messages, %.0f a second, p50 %.1f us, %d lost, %d reordered", r.pattern, r.transport,
				r.messages, r.perSecond, r.latency.Percentile(500), r.lost, r.reordered)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	c := Command{Time: time.Hour}
	err := c.Run(ctx, system.Streams{Out: t.Output(), Err: t.Output()})
	if exit.Code(err) != exit.Interrupted {
		t.Errorf("got %v", err)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []Command{{Time: 0}, {Time: -1}, {Time: 1, Backend: "nothing"}} {
		if err := c.Run(t.Context(), system.Streams{Out: t.Output(), Err: t.Output()}); exit.Code(err) != exit.Usage {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

func TestTally(t *testing.T) {
	tests := []struct {
		name            string
		seen            []uint64
		sent            uint64
		lost, reordered uint64
	}{
		{"nothing", nil, 0, 0, 0},
		{"all", []uint64{0, 1, 2}, 3, 0, 0},
		{"the first is lost", []uint64{1, 2}, 3, 1, 0},
		{"the last is lost", []uint64{0, 1}, 3, 1, 0},
		{"some are lost", []uint64{0, 3}, 6, 4, 0},
		{"all are lost", nil, 3, 3, 0},
		{"reordered", []uint64{0, 2, 1}, 3, 0, 1},
		{"twice", []uint64{0, 1, 1}, 2, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var y tally
			for _, n := range tt.seen {
				y.see(n)
			}
			if y.lost(tt.sent) != tt.lost || y.reordered != tt.reordered {
				t.Errorf("%d lost, %d reordered; want %d, %d", y.lost(tt.sent), y.reordered, tt.lost, tt.reordered)
			}
		})
	}
}

func TestVerdict(t *testing.T) {
	tests := []struct {
		rows []row
		code int
	}{
		{[]row{{}, {}}, exit.OK},
		{[]row{{}, {lost: 1}}, exit.Failed},
		{[]row{{reordered: 1}, {}}, exit.Failed},
	}
	for _, tt := range tests {
		if code := exit.Code(checkLosses(tt.rows)); code != tt.code {
			t.Errorf("%+v: exit code %d, want %d", tt.rows, code, tt.code)
		}
	}
}

func TestTable(t *testing.T) {
	r := row{pattern: "PUSH/PULL", transport: "tcp", messages: 1234567, perSecond: 999.4, lost: 1}
	r.latency.Add(1500 * time.Nanosecond)
	rows := []row{r, {pattern: "X", transport: "inproc"}}
	var b strings.Builder
	if err := writeTable(&b, rows, nil, false); err != nil {
		t.Fatal(err)
	}
	want := `
pattern   over   count per s p50 µs p99 µs lost reordered
PUSH/PULL tcp    1.23M   999   1.50   1.50    1         0
X         inproc     0     0      0      0    0         0

`
	if !strings.HasPrefix(b.String(), want) {
		t.Errorf("got\n%s\nwant\n%s", &b, want)
	}
	var coloured strings.Builder
	if err := writeTable(&coloured, rows, nil, true); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(coloured.String(), red+"   1"+plain) || !strings.Contains(coloured.String(), green+"        0"+plain) {
		t.Errorf("losses are not coloured: %q", &coloured)
	}
	if text := regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(coloured.String(), ""); text != b.String() {
		t.Errorf("with colours it says\n%s\nwithout\n%s", text, &b)
	}
}

// Everything fits, whatever the numbers and the reasons.
func TestWidth(t *testing.T) {
	r := row{pattern: "PUSH/PULL", transport: "inproc", messages: 999_999_999, perSecond: 99_999_999.9, lost: 9_999_999, reordered: 99_999_999}
	r.latency.Add(99999 * time.Microsecond)
	long := errors.New(strings.Repeat("a long reason ", 20))
	var b strings.Builder
	reportBackend(&b, proactor.BackendInfo{Name: "goroutine", Refused: []proactor.BackendStatus{{Name: "uring", Err: long}}})
	if err := writeTable(&b, []row{r}, long, false); err != nil {
		t.Fatal(err)
	}
	lines{&b}.finished(r)
	bar := newBar(&b, time.Second)
	var arrived atomic.Uint64
	arrived.Store(999_999_999)
	bar.watch("PUSH/PULL over inproc", &arrived)()
	bar.close()
	for _, line := range strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, " ")); n > columns {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

func TestJSON(t *testing.T) {
	var out, said bytes.Buffer
	c := Command{Time: 100 * time.Millisecond, JSON: true}
	if err := c.Run(t.Context(), system.Streams{Out: &out, Err: &said}); err != nil {
		t.Fatal(err)
	}
	var r result
	d := json.NewDecoder(&out)
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatal(err)
	}
	if len(r.Scenes) != len(scenarios()) || r.Backend == "" {
		t.Errorf("%+v", r)
	}
	text, err := json.Marshal(result{Scenes: []scene{{}}})
	want := `{"backend":"","scenes":[{"pattern":"","transport":"","messages":0,"messagesPerSecond":0,"p50Microseconds":0,"p99Microseconds":0,"lost":0,"reordered":0}]}`
	if err != nil || string(text) != want {
		t.Errorf("%v, %s", err, text)
	}
}

func TestBackendReport(t *testing.T) {
	var b strings.Builder
	reportBackend(&b, proactor.BackendInfo{Name: "epoll", Refused: []proactor.BackendStatus{{Name: "uring", Err: errors.New("not allowed")}}})
	if want := "backend: epoll\nrefused: uring: not allowed\n"; b.String() != want {
		t.Errorf("got %q, want %q", &b, want)
	}
}

func TestBar(t *testing.T) {
	var out bytes.Buffer
	b := newBar(&out, time.Second)
	var arrived atomic.Uint64
	arrived.Store(1234)
	b.watch("PUSH/PULL over tcp", &arrived)()
	b.finished(row{})
	b.close()
	if !strings.Contains(out.String(), "PUSH/PULL over tcp") || !strings.Contains(out.String(), "1234 messages") {
		t.Errorf("got %q", &out)
	}
}

func TestShort(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 1.5: "1.50", 23.25: "23.2", 123.4: "123", 9999: "9999", 12345: "12.3k", 99999: "100k", 999999: "1.00M", 1234567: "1.23M", 2e9: "2.00G"} {
		if got := short(n); got != want {
			t.Errorf("%v: %q, want %q", n, got, want)
		}
	}
}
