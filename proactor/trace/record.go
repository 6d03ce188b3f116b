package trace

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/actum-go/actum/proactor/internal/record"
)

// OperationID names one start of an operation within this process. An operation that
// is reused has another ID for each start.
type OperationID uint64

// String is the number of the dispatcher, and the number of the operation on it.
func (id OperationID) String() string {
	d, n := record.Split(uint64(id))
	return fmt.Sprintf("%d.%d", d, n)
}

// Dispatcher is the number of the operation's dispatcher within this process.
func (id OperationID) Dispatcher() int {
	d, _ := record.Split(uint64(id))
	return int(d)
}

// Site is a place in the source.
type Site struct {
	Function string // with the path of its package
	File     string
	Line     int
}

// String is short: the file without its folders, the function without those of its
// package.
func (s Site) String() string {
	if s.File == "" {
		return "?"
	}
	return path.Base(s.File) + ":" + strconv.Itoa(s.Line) + " " + path.Base(s.Function)
}

// Record is what is known about one start of an operation. Times of steps that it has
// not reached are zero.
type Record struct {
	ID     OperationID
	Parent OperationID // the operation whose handler started it; 0: no handler did, or it is not known
	Kind   string      // "read", "accept" ...: the proactor.Kind of the operation, as its String names it
	Handle uint32      // the number of its Handle within this process; 0: none
	// Sites are the place where it was started and its innermost callers, the innermost
	// first. Empty: not known.
	Sites []Site

	Initiated  time.Time // the initiator started it
	Submitted  time.Time // it was handed to the backend, or to the dispatcher's own lists
	Completed  time.Time // the dispatcher got the completion
	Dispatched time.Time // its handler was called
	Returned   time.Time // its handler returned

	N        int
	Err      error
	Panicked bool // the handler did not return, but panicked
}

// Site is where the operation was started.
func (r *Record) Site() Site {
	if len(r.Sites) == 0 {
		return Site{}
	}
	return r.Sites[0]
}

// What is the kind of the operation, with the number of its handle.
func (r *Record) What() string {
	if r.Handle == 0 {
		return r.Kind
	}
	return r.Kind + " #" + strconv.Itoa(int(r.Handle))
}

// State is "outstanding", "in-handler" or "done".
func (r *Record) State() string {
	switch {
	case !r.Returned.IsZero():
		return "done"
	case !r.Dispatched.IsZero():
		return "in-handler"
	}
	return "outstanding"
}

// String is one line: kind, place, state.
func (r *Record) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %s at %v, %s", r.ID, r.What(), r.Site(), r.State())
	if !r.Returned.IsZero() {
		fmt.Fprintf(&b, ", %d bytes", r.N)
		if r.Err != nil {
			fmt.Fprintf(&b, ", %v", r.Err)
		}
	}
	return b.String()
}

// Sort sorts records by their IDs.
func Sort(records []Record) {
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
}

// Find returns the record with that ID. The records must be sorted.
func Find(records []Record, id OperationID) (r *Record, ok bool) {
	i, ok := slices.BinarySearchFunc(records, id, func(r Record, id OperationID) int { return cmp.Compare(r.ID, id) })
	if !ok {
		return nil, false
	}
	return &records[i], true
}

// Pending is an operation that is outstanding, or whose handler runs, with the
// operations that led to it.
type Pending struct {
	Record
	Age time.Duration // since it was initiated
	// Chain is its ancestors: the operation in whose handler it was started, the one in
	// whose handler that was started, and so on. The last one was started by no handler,
	// or, if Forgotten is set, its parent is not in the record any more.
	Chain     []Record
	Forgotten bool
}

// NewPending returns r at the time now, with its ancestors, which it finds in records.
// These must be sorted.
func NewPending(r Record, now time.Time, records []Record) Pending {
	p := Pending{Record: r, Age: now.Sub(r.Initiated)}
	for id := r.Parent; id != 0; {
		parent, ok := Find(records, id)
		if !ok {
			p.Forgotten = true
			break
		}
		p.Chain = append(p.Chain, *parent)
		id = parent.Parent
	}
	return p
}

// chainShown is the number of operations of a chain that String shows.
const chainShown = 8

// String is one line for the operation, and one for each operation that led to it.
// The middle of a long chain, where loops repeat, is left out.
func (p *Pending) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v, for %v", &p.Record, p.Age.Round(time.Microsecond))
	for i := range p.Chain {
		if left := len(p.Chain) - i; i >= chainShown && left > 1 {
			if i == chainShown {
				fmt.Fprintf(&b, "\n    ... %d more", left-1)
			}
			continue
		}
		fmt.Fprintf(&b, "\n    from %v", &p.Chain[i])
	}
	if p.Forgotten {
		b.WriteString("\n    from what the record has forgotten")
	}
	return b.String()
}
