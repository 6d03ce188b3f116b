package proactor_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
)

// A record says in one line what it is about, where it was started, and how far it is.
func TestRecordText(t *testing.T) {
	at := time.Unix(100, 0)
	site := proactor.Site{Function: "example.org/a/b.(*T).Run", File: "/src/b/t.go", Line: 7}
	for _, test := range []struct {
		r    proactor.Record
		want string
	}{
		{proactor.Record{Kind: proactor.KindRead, Initiated: at}, "0.0 read at ?, outstanding"},
		{proactor.Record{ID: 5, Kind: proactor.KindRead, Handle: 3, Sites: []proactor.Site{site, {}}, N: 9}, "0.5 read #3 at t.go:7 b.(*T).Run, outstanding"},
		{proactor.Record{Kind: proactor.KindTimer, Dispatched: at, N: 9, Err: errors.New("no")}, "0.0 timer at ?, in its handler"},
		{proactor.Record{Kind: proactor.KindWrite, Dispatched: at, Returned: at, N: 9}, "0.0 write at ?, done, 9 bytes"},
		{proactor.Record{Kind: proactor.KindWrite, Returned: at, Err: errors.New("no")}, "0.0 write at ?, done, 0 bytes, no"},
	} {
		if got := test.r.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	if (&proactor.Record{}).Site() != (proactor.Site{}) {
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
			p := proactor.Pending{Age: 1500 * time.Nanosecond, Forgotten: forgotten}
			for i := range test.chain {
				p.Chain = append(p.Chain, proactor.Record{ID: proactor.OperationID(i + 1), Kind: proactor.KindPost})
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
			if last := lines[test.lines-1]; test.chain > 0 && !strings.Contains(last, proactor.OperationID(test.chain).String()+" post") {
				t.Errorf("a chain of %d ends with %q", test.chain, last)
			}
			if strings.Contains(lines[len(lines)-1], "forgotten") != forgotten {
				t.Errorf("forgotten %v: %s", forgotten, text)
			}
		}
	}
}

// An ID has the number of its dispatcher.
func TestOperationID(t *testing.T) {
	d := dispatcher(t, "")
	op := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
	d.Post(&op)
	runUntil(t, d, &op)
	r := find(t, d, proactor.KindPost)
	if r.ID.Dispatcher() != d.Number() || d.Number() == 0 || !strings.HasSuffix(r.ID.String(), ".1") {
		t.Errorf("the first operation of dispatcher %d is %v", d.Number(), r.ID)
	}
	off := newDispatcher(t, proactor.Options{Record: proactor.RecordOptions{Off: true}})
	if off.Number() != 0 || off.Pending() != nil {
		t.Errorf("without a record, the dispatcher has number %d", off.Number())
	}
}

// A finding is the kind of mistake, the details, the operation, and the stack if there is
// one.
func TestFindingText(t *testing.T) {
	f := proactor.Finding{Kind: proactor.FindingTwice}
	if lines := strings.Split(f.String(), "\n"); len(lines) != 2 || lines[0] != "completed twice" || lines[1] != f.Operation.String() {
		t.Errorf("%q", lines)
	}
	f.Detail, f.Stack = "byte 7", []byte("goroutine 1")
	if lines := strings.Split(f.String(), "\n"); len(lines) != 3 || lines[0] != "completed twice: byte 7" || lines[2] != "goroutine 1" {
		t.Errorf("%q", lines)
	}
}

// Every kind of operation has a name of its own.
func TestKindNames(t *testing.T) {
	names := map[string]proactor.Kind{}
	for n := range 256 {
		k := proactor.Kind(n)
		name := k.String()
		if other, taken := names[name]; taken && name != "none" {
			t.Errorf("kinds %d and %d are %q", other, k, name)
		}
		names[name] = k
	}
	if len(names) < 22 {
		t.Errorf("only %d kinds have names", len(names))
	}
}
