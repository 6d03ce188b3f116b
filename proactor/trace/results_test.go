package trace_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/trace"
)

// written returns records in a format.
func written(t *testing.T, format string, records ...trace.Record) string {
	t.Helper()
	var b strings.Builder
	if err := trace.Write(&b, format, records); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Each format shows how an operation ended: in words, by a colour, and by a number.
func TestResultsOfOperations(t *testing.T) {
	canceled := fmt.Sprint("system:", int(syscall.ECANCELED))
	for _, tt := range []struct {
		kind            string
		err             error
		words, dot      string // dot: what follows the label
		code, errorText string
	}{
		{"read", nil, "5 bytes", "]", "system:0,bytes_transferred=5", ""},
		{"timer", nil, "", "]", "system:0", ""},
		{"timer", io.EOF, "end of stream", " color=gray]", "asio.misc:2", "EOF"},
		{"timer", proactor.ErrCanceled, "cancelled", " color=gray]", canceled, proactor.ErrCanceled.Error()},
		{"timer", proactor.ErrHandleClosed, "closed", " color=gray]", canceled, proactor.ErrHandleClosed.Error()},
		{"timer", proactor.ErrClosed, "closed", " color=gray]", canceled, proactor.ErrClosed.Error()},
		{"timer", &net.OpError{Op: "dial", Err: syscall.ECONNRESET}, syscall.ECONNRESET.Error(), " color=red]",
			fmt.Sprint("system:", int(syscall.ECONNRESET)), "dial: " + syscall.ECONNRESET.Error()},
		{"timer", errors.New("other"), "other", " color=red]", "actum:1", "other"},
	} {
		at := time.Unix(1, 0)
		r := trace.Record{ID: 1, Kind: tt.kind, N: 5, Err: tt.err, Initiated: at, Dispatched: at, Returned: at}
		label := tt.kind
		if tt.words != "" {
			label += `\n` + tt.words
		}
		if got, want := written(t, "dot", r), `[label="`+label+`"`+tt.dot+"\n"; !strings.Contains(got, want) {
			t.Errorf("%v: %s, want %s", tt.err, got, want)
		}
		if got, want := written(t, "text", r), "|ec="+tt.code+"\n"; !strings.Contains(got, want) {
			t.Errorf("%v: %s, want %s", tt.err, got, want)
		}
		got := written(t, "chrome", r)
		for _, want := range []string{fmt.Sprintf(`{"result":%q}`, tt.words), fmt.Sprintf(`"error":%q`, tt.errorText)} {
			if !strings.Contains(got, want) {
				t.Errorf("%v: %s, want %s", tt.err, got, want)
			}
		}
	}
}

// An operation whose handler was not called has an arrow from the handler that started
// it in a graph, without a time, and none in a time line, where it has no slice.
func TestArrowsToWhatIsOutstanding(t *testing.T) {
	at := time.Unix(1, 0)
	records := []trace.Record{{ID: id(1, 1), Kind: "post", Initiated: at, Dispatched: at, Returned: at}, {ID: id(1, 2), Parent: id(1, 1), Kind: "read", Initiated: at}}
	if got := written(t, "dot", records...); !strings.Contains(got, "\t\"1.1\" -> \"1.2\"\n") {
		t.Error(got)
	}
	if got := written(t, "chrome", records...); strings.Contains(got, `"cause"`) {
		t.Error(got)
	}
	records[1].Dispatched = at.Add(1500 * time.Nanosecond) // it rounds to 2µs
	if got := written(t, "dot", records...); !strings.Contains(got, "\t\"1.1\" -> \"1.2\" [label=\"2µs\"]\n") {
		t.Error(got)
	}
	if got := written(t, "chrome", records...); strings.Count(got, `"cause"`) != 2 {
		t.Error(got)
	}
}

// A pending operation has its age, and its ancestors up to one that no handler has
// started, or that the record does not have any more.
func TestNewPending(t *testing.T) {
	records := []trace.Record{{ID: 1}, {ID: 2, Parent: 1}, {ID: 3, Parent: 2}, {ID: 6, Parent: 5}, {ID: 7, Parent: 6}}
	at := time.Unix(1, 0)
	for _, tt := range []struct {
		parent    trace.OperationID
		chain     string
		forgotten bool
	}{
		{0, "[]", false}, {1, "[0.1]", false}, {3, "[0.3 0.2 0.1]", false}, {4, "[]", true}, {7, "[0.7 0.6]", true},
	} {
		p := trace.NewPending(trace.Record{ID: 9, Parent: tt.parent, Initiated: at}, at.Add(time.Minute), records)
		var chain []trace.OperationID
		for _, r := range p.Chain {
			chain = append(chain, r.ID)
		}
		if fmt.Sprint(chain) != tt.chain || p.Forgotten != tt.forgotten || p.ID != 9 || p.Age != time.Minute {
			t.Errorf("parent %v: %v, forgotten %v, %v old; want %s, %v", tt.parent, chain, p.Forgotten, p.Age, tt.chain, tt.forgotten)
		}
	}
}

// A handler that still runs keeps its track: later handlers have another one, which they
// share, also if one is called when the one before returns.
func TestTrackOfARunningHandler(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	got := written(t, "chrome", trace.Record{ID: 1, Initiated: at(1), Dispatched: at(1)},
		trace.Record{ID: 2, Initiated: at(1), Dispatched: at(2), Returned: at(3)},
		trace.Record{ID: 3, Initiated: at(1), Dispatched: at(3), Returned: at(4)})
	if n := strings.Count(got, "thread_name"); n != 2 {
		t.Errorf("%d tracks, want 2: %s", n, got)
	}
}

// Objects have hexadecimal numbers: those of handles, or else of dispatchers.
func TestNumbersOfObjects(t *testing.T) {
	got := written(t, "text", trace.Record{ID: id(0x1e, 1), Kind: "post"}, trace.Record{ID: id(0x1e, 2), Kind: "read at", Handle: 0x1f})
	for _, want := range []string{"|0*1|dispatcher@0x1e.async_post\n", "|0*2|handle@0x1f.async_read_at\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
