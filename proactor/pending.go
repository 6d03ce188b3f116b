package proactor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Pending is an operation that is outstanding, or whose handler is running, with
// the operations that led to it.
type Pending struct {
	Record
	Age time.Duration // since it was initiated
	// Chain is what it comes from: the operation in whose handler it was started,
	// the one in whose handler that was started, and so on. It ends at one that no
	// handler started, or, if Forgotten, where the record does not go further back.
	Chain     []Record
	Forgotten bool
}

// chainShown is how much of a chain is shown by String.
const chainShown = 8

// String is a line for the operation, and one for each that led to it; long
// chains are cut in the middle, where loops repeat.
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

// Pending returns what is outstanding, the oldest first, and what led to it. It
// may be called from any goroutine, also while a handler hangs. It is nil if no
// record is kept.
func (d *Dispatcher) Pending() []Pending {
	if d.record == nil {
		return nil
	}
	now, number := d.epoch.Add(d.backend.Now()), d.Number()
	return pending(d.visible(), func(r *Record) (time.Time, bool) { return now, r.ID.Dispatcher() == number })
}

// pending picks those that are not over out of records, which are sorted. of
// tells whether one is asked for, and what time it is there.
func pending(records []Record, of func(*Record) (time.Time, bool)) []Pending {
	var list []Pending
	for i := range records {
		r := &records[i]
		now, ok := of(r)
		if !ok || !r.Returned.IsZero() {
			continue
		}
		p := Pending{Record: *r, Age: now.Sub(r.Initiated)}
		p.Chain, p.Forgotten = chain(records, r.Parent)
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b Pending) int { return a.Initiated.Compare(b.Initiated) })
	return list
}

// chain follows the parents.
func chain(records []Record, id OperationID) (list []Record, forgotten bool) {
	for id != 0 {
		i, ok := find(records, id)
		if !ok {
			return list, true
		}
		list = append(list, records[i])
		id = records[i].Parent
	}
	return list, false
}

func sortByID(records []Record) {
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
}

// pendingOf is the operation of that ID, over or not, with its chain; without all
// of that if the record has forgotten it.
func (d *Dispatcher) pendingOf(id OperationID) Pending {
	all := d.visible()
	i, ok := find(all, id)
	if !ok {
		return Pending{Record: Record{ID: id}, Forgotten: true}
	}
	p := Pending{Record: all[i], Age: d.epoch.Add(d.backend.Now()).Sub(all[i].Initiated)}
	p.Chain, p.Forgotten = chain(all, p.Parent)
	return p
}

// visible are the records of d and of all open dispatchers: a chain may lead
// through several.
func (d *Dispatcher) visible() []Record {
	all := Dispatchers()
	if !slices.Contains(all, d) {
		all = append(all, d)
	}
	return recordsOf(all)
}

// find is where the record of that ID is.
func find(records []Record, id OperationID) (int, bool) {
	return slices.BinarySearchFunc(records, id, func(r Record, id OperationID) int { return cmp.Compare(r.ID, id) })
}
