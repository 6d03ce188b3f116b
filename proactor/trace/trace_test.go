package trace_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/trace"
)

var update = flag.Bool("update", false, "write the golden files anew")

// id makes the ID of an operation.
func id(dispatcher, n uint64) trace.OperationID { return trace.OperationID(dispatcher<<48 | n) }

// sample is a record of every kind of event: a chain over two dispatchers, a
// failure, a panic, two handlers at once, one that runs, and an outstanding
// operation.
func sample() []trace.Record {
	at := func(us int) time.Time { return time.Unix(1000, 0).UTC().Add(time.Duration(us) * time.Microsecond) }
	site := func(line int) []trace.Site {
		return []trace.Site{{Function: "example.org/echo.(*server).start", File: "/src/echo/\"server\".go", Line: line}}
	}
	all := []trace.Record{
		{ID: id(1, 1), Kind: proactor.KindAccept.String(), Handle: 1, Sites: site(10), Initiated: at(0), Submitted: at(1), Completed: at(5), Dispatched: at(6), Returned: at(9)},
		{ID: id(1, 2), Parent: id(1, 1), Kind: proactor.KindRead.String(), Handle: 2, Sites: site(20), Initiated: at(6), Submitted: at(6), Completed: at(12), Dispatched: at(12), Returned: at(20), N: 64},
		{ID: id(1, 3), Parent: id(1, 2), Kind: proactor.KindGatherWrite.String(), Handle: 2, Sites: site(30), Initiated: at(12), Submitted: at(13), Completed: at(21), Dispatched: at(22), Returned: at(23), N: 7, Err: io.EOF},
		{ID: id(1, 4), Parent: id(1, 2), Kind: proactor.KindTimer.String(), Initiated: at(13), Submitted: at(13), Completed: at(20), Dispatched: at(22), Returned: at(30), Panicked: true},
		{ID: id(1, 5), Parent: id(9, 9), Kind: proactor.KindRead.String(), Handle: 2, Initiated: at(14)},
		{ID: id(2, 1), Parent: id(1, 2), Kind: proactor.KindPost.String(), Sites: site(40), Initiated: at(15), Dispatched: at(16)},
	}
	return all
}

// TestGolden compares each format with output that was checked by hand.
func TestGolden(t *testing.T) {
	for _, format := range trace.Formats() {
		t.Run(format, func(t *testing.T) {
			var b bytes.Buffer
			if err := trace.Write(&b, format, sample()); err != nil {
				t.Fatal(err)
			}
			name := filepath.Join("testdata", "sample."+format)
			if *update {
				if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b.Bytes(), bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
				t.Errorf("got\n%s\nwant\n%s", b.Bytes(), want)
			}
		})
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := trace.Write(new(bytes.Buffer), "svg", nil); err == nil || !strings.Contains(err.Error(), `"chrome" "dot" "text"`) {
		t.Errorf("the error is %v", err)
	}
}

// failing is a writer that fails.
type failing struct{}

var errFull = errors.New("full")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestWriteFails(t *testing.T) {
	for _, format := range trace.Formats() {
		if err := trace.Write(failing{}, format, sample()); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// conversation returns the record of a real conversation, on the default backend.
func conversation(t *testing.T) []trace.Record {
	t.Helper()
	stop, err := proactor.StartRecording(proactor.RecordOptions{FineTimes: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proactor.StartRecording(proactor.RecordOptions{}); err == nil {
		t.Error("there are two recordings")
	}
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e := newEcho(t, d, 5)
	if err := d.Run(); err != nil {
		t.Error(err)
	}
	if e.err != nil {
		t.Error(e.err)
	}
	d.Close()
	return stop()
}

// traceEvent is an event of Chrome's format as a reader decodes it.
type traceEvent struct {
	Name, Ph, Cat, ID string
	TS                float64
	Dur               float64
	PID, TID          int
	Args              map[string]any
}

// TestChromeInvariants: the output for a real conversation is JSON and keeps the
// rules of the format: slices of a track do not overlap, each begin has a later
// end, and each arrow begins and ends in a slice.
func TestChromeInvariants(t *testing.T) {
	records := conversation(t)
	for name, records := range map[string][]trace.Record{"sample": sample(), "conversation": records} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := trace.WriteChrome(&b, records); err != nil {
				t.Fatal(err)
			}
			var file struct{ TraceEvents []traceEvent }
			if err := json.Unmarshal(b.Bytes(), &file); err != nil {
				t.Fatalf("%v in %s", err, b.Bytes())
			}
			checkChrome(t, file.TraceEvents, records)
		})
	}
}

func checkChrome(t *testing.T, events []traceEvent, records []trace.Record) {
	t.Helper()
	type track struct{ pid, tid int }
	slices := map[track][]traceEvent{}
	begun := map[string]float64{}
	handlers := 0
	for _, e := range events {
		switch at := (track{e.PID, e.TID}); e.Ph {
		case "X":
			handlers++
			for _, o := range slices[at] {
				if e.TS < o.TS+o.Dur && o.TS < e.TS+e.Dur {
					t.Errorf("%+v and %+v overlap", e, o)
				}
			}
			slices[at] = append(slices[at], e)
		case "B":
			handlers++
			e.Dur = 1e18
			slices[at] = append(slices[at], e)
		case "b", "s":
			begun[e.Ph+e.ID] = e.TS
		case "e", "f":
			start, ok := begun[map[string]string{"e": "b", "f": "s"}[e.Ph]+e.ID]
			if !ok || start > e.TS {
				t.Errorf("%+v has no beginning, or a later one", e)
			}
		}
	}
	called := 0
	for _, r := range records {
		if !r.Dispatched.IsZero() {
			called++
		}
	}
	if handlers != called {
		t.Errorf("%d handlers, want %d", handlers, called)
	}
	for _, e := range events {
		if e.Ph != "s" && e.Ph != "f" {
			continue
		}
		inside := false
		for _, o := range slices[track{e.PID, e.TID}] {
			inside = inside || o.TS <= e.TS && e.TS <= o.TS+o.Dur
		}
		if !inside {
			t.Errorf("the arrow's end %+v is in no slice", e)
		}
	}
}

// TestTextGrammar: the text follows the grammar that Asio publishes, and its order:
// an operation is started before its completion, and between the call and the
// return of its parent's handler.
func TestTextGrammar(t *testing.T) {
	for name, records := range map[string][]trace.Record{"sample": sample(), "conversation": conversation(t)} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := trace.WriteText(&b, records); err != nil {
				t.Fatal(err)
			}
			checkText(t, b.String())
		})
	}
}

var (
	textLine = regexp.MustCompile(`^@asio\|(\d+\.\d{6})\|(?:(\d+)([*^])(\d+)|([<>!~])(\d+))\|(.*)$`)
	started  = regexp.MustCompile(`^\w+@0x[0-9a-f]+\.async_\w+$`)
	called   = regexp.MustCompile(`^(ec=[\w.]+:\d+(,bytes_transferred=\d+)?)?$`)
)

func checkText(t *testing.T, text string) {
	t.Helper()
	state := map[string]string{"0": ">"} // 0 is always inside
	last := ""
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		m := textLine.FindStringSubmatch(l)
		if m == nil {
			t.Fatalf("%q is not of the grammar", l)
		}
		if m[1] < last {
			t.Errorf("%q is out of order", l)
		}
		last = m[1]
		switch action, n := m[3]+m[5], m[4]+m[6]; action {
		case "*":
			if !started.MatchString(m[7]) || state[n] != "" || state[m[2]] != ">" {
				t.Errorf("%q: its handler is %q, its parent %q", l, state[n], state[m[2]])
			}
			state[n] = "*"
		case ">":
			if !called.MatchString(m[7]) || state[n] != "*" {
				t.Errorf("%q: it is %q", l, state[n])
			}
			state[n] = ">"
		case "<", "!":
			if state[n] != ">" {
				t.Errorf("%q: it is %q", l, state[n])
			}
			state[n] = "<"
		case "~":
			if state[n] != "*" {
				t.Errorf("%q: it is %q", l, state[n])
			}
		}
	}
}

// Every kind of operation that moves bytes shows their number, and no other kind does.
func TestBytesOfKinds(t *testing.T) {
	without := []proactor.Kind{proactor.KindNone, proactor.KindAccept, proactor.KindConnect, proactor.KindOpen, proactor.KindSync, proactor.KindStat, proactor.KindReadable}
	for k := range proactor.Kind(255) {
		if k != proactor.KindNone && k.String() == proactor.KindNone.String() {
			continue // no kind has this number
		}
		var b bytes.Buffer
		at := time.Unix(1, 0)
		if err := trace.WriteText(&b, []trace.Record{{ID: 1, Kind: k.String(), N: 77, Dispatched: at, Returned: at}}); err != nil {
			t.Fatal(err)
		}
		want := k < proactor.KindTimer && !slices.Contains(without, k)
		if strings.Contains(b.String(), "bytes_transferred=77") != want {
			t.Errorf("%v: %s", k, &b)
		}
	}
}
