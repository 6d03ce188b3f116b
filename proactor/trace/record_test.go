package trace_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/trace"
)

// A record says in one line what it is about, where it was started, and how far it is.
func TestRecordText(t *testing.T) {
	at := time.Unix(100, 0)
	site := trace.Site{Function: "example.org/a/b.(*T).Run", File: "/src/b/t.go", Line: 7}
	for _, test := range []struct {
		r    trace.Record
		want string
	}{
		{trace.Record{Kind: "read", Initiated: at}, "0.0 read at ?, outstanding"},
		{trace.Record{ID: 5, Kind: "read", Handle: 3, Sites: []trace.Site{site, {}}, N: 9}, "0.5 read #3 at t.go:7 b.(*T).Run, outstanding"},
		{trace.Record{Kind: "timer", Dispatched: at, N: 9, Err: errors.New("no")}, "0.0 timer at ?, in-handler"},
		{trace.Record{Kind: "write", Dispatched: at, Returned: at, N: 9}, "0.0 write at ?, done, 9 bytes"},
		{trace.Record{Kind: "write", Returned: at, Err: errors.New("no")}, "0.0 write at ?, done, 0 bytes, no"},
	} {
		if got := test.r.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	if (&trace.Record{}).Site() != (trace.Site{}) {
		t.Error("a record without sites has one")
	}
}

// A pending operation says what led to it: all of a short chain, and the two ends of a
// long one.
func TestPendingText(t *testing.T) {
	for _, test := range []struct {
		chain int
		lines int
		more  string
	}{
		{0, 1, ""}, {1, 2, ""}, {8, 9, ""}, {9, 10, ""}, {10, 11, "... 1 more"}, {30, 11, "... 21 more"},
	} {
		for _, forgotten := range []bool{false, true} {
			p := trace.Pending{Age: 1500 * time.Nanosecond, Forgotten: forgotten}
			for i := range test.chain {
				p.Chain = append(p.Chain, trace.Record{ID: trace.OperationID(i + 1), Kind: "post"})
			}
			text := p.String()
			lines := strings.Split(text, "\n")
			want := test.lines
			if forgotten {
				want++
			}
			if len(lines) != want || !strings.HasSuffix(lines[0], ", for 2µs") || strings.Contains(text, "more") != (test.more != "") || !strings.Contains(text, test.more) {
				t.Errorf("a chain of %d:\n%s", test.chain, text)
			}
			if last := lines[test.lines-1]; test.chain > 0 && !strings.Contains(last, trace.OperationID(test.chain).String()+" post") {
				t.Errorf("a chain of %d ends with %q", test.chain, last)
			}
			if strings.Contains(lines[len(lines)-1], "forgotten") != forgotten {
				t.Errorf("forgotten %v: %s", forgotten, text)
			}
		}
	}
}

// A finding is the kind of mistake, the details, the operation, and the stack if there is
// one.
func TestFindingText(t *testing.T) {
	f := trace.Finding{Kind: trace.FindingTwice}
	if lines := strings.Split(f.String(), "\n"); len(lines) != 2 || lines[0] != "completed twice" || lines[1] != f.Operation.String() {
		t.Errorf("%q", lines)
	}
	f.Detail, f.Stack = "byte 7", []byte("goroutine 1")
	if lines := strings.Split(f.String(), "\n"); len(lines) != 3 || lines[0] != "completed twice: byte 7" || lines[2] != "goroutine 1" {
		t.Errorf("%q", lines)
	}
}

// TestFindingKinds: a kind is an identifier, and its description a sentence.
func TestFindingKinds(t *testing.T) {
	for _, k := range []trace.FindingKind{
		trace.FindingOutstanding, trace.FindingLost, trace.FindingTwice, trace.FindingBuffer, trace.FindingSlow,
	} {
		if strings.Contains(string(k), " ") || !strings.Contains(k.Description(), " ") {
			t.Errorf("%q: %q", string(k), k.Description())
		}
	}
}

// TestUnknownFinding: a kind that this version does not know is its own description.
func TestUnknownFinding(t *testing.T) {
	if got := trace.FindingKind("later").Description(); got != "later" {
		t.Errorf("%q", got)
	}
}

// TestSortAndFind: sorted records are in the order of their IDs, by which they are found.
func TestSortAndFind(t *testing.T) {
	records := []trace.Record{{ID: 5}, {ID: 1}, {ID: 9}, {ID: 3}}
	trace.Sort(records)
	for i, want := range []trace.OperationID{1, 3, 5, 9} {
		if r, ok := trace.Find(records, want); !ok || r != &records[i] {
			t.Errorf("%d: found %v, %v", want, r, ok)
		}
	}
	if r, ok := trace.Find(records, 4); ok || r != nil {
		t.Errorf("found %v", r)
	}
}

// TestChromeNamesOnce: a dispatcher without a handler is named once, too.
func TestChromeNamesOnce(t *testing.T) {
	var b strings.Builder
	if err := trace.WriteChrome(&b, []trace.Record{{ID: id(3, 1)}, {ID: id(3, 2)}}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "process_name"); n != 1 {
		t.Errorf("named %d times in %s", n, b.String())
	}
}
