package trace

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// WriteText writes the format of Asio's handler tracking, which its handlerviz.pl
// and other tools read
// (https://think-async.com/Asio/asio-1.30.2/doc/asio/overview/core/handler_tracking.html):
//
//	@asio|<seconds since 1970>.<microseconds>|<action>|<description>
//
// Handlers are numbered from 1 in the order of records; 0 means outside of any
// handler, or a handler that is no longer in the record. The actions are n^m (the
// place where m was started), n*m (handler n started operation m), >n and <n
// (handler n was called, and returned), !n (it panicked), and ~n at the end (it has
// not been called). The numbers of objects are those of their handles.
func WriteText(w io.Writer, records []Record) error {
	t := &text{numbers: make(map[OperationID]int, len(records))}
	for i := range records {
		t.numbers[records[i].ID] = i + 1
	}
	t.collect(records)
	slices.SortStableFunc(t.lines, func(a, b line) int { return a.at.Compare(b.at) })
	p := &printer{w: w}
	for _, l := range t.lines {
		p.printf("@asio|%d.%06d|%s|%s\n", l.at.Unix(), l.at.Nanosecond()/1e3, l.action, l.description)
	}
	return p.err
}

// text collects the lines to write.
type text struct {
	numbers map[OperationID]int
	lines   []line
}

type line struct {
	at                  time.Time
	action, description string
}

func (t *text) add(at time.Time, action, description string) {
	t.lines = append(t.lines, line{at, action, description})
}

// collect makes the lines. What a handler starts comes between its call and its
// return, even if all three have the same time.
func (t *text) collect(records []Record) {
	children := map[int][]*Record{}
	for i := range records {
		parent := t.numbers[records[i].Parent]
		children[parent] = append(children[parent], &records[i])
	}
	t.starts(0, children[0])
	order := byDispatch(records)
	for _, r := range order {
		n := t.numbers[r.ID]
		if !r.Dispatched.IsZero() {
			t.add(r.Dispatched, ">"+strconv.Itoa(n), arguments(r))
		}
		t.starts(n, children[n])
		if !r.Returned.IsZero() {
			t.add(r.Returned, leaves(r)+strconv.Itoa(n), "")
		}
	}
	last := time.Time{}
	for _, l := range t.lines {
		if l.at.After(last) {
			last = l.at
		}
	}
	for _, r := range order {
		if r.Dispatched.IsZero() {
			t.add(last, "~"+strconv.Itoa(t.numbers[r.ID]), "")
		}
	}
}

// starts adds the lines of the operations that a handler has started.
func (t *text) starts(parent int, children []*Record) {
	for _, r := range children {
		pair := strconv.Itoa(t.numbers[r.ID])
		for _, s := range r.Sites {
			t.add(r.Initiated, strconv.Itoa(parent)+"^"+pair, "in '"+s.Function+"' ("+s.File+":"+strconv.Itoa(s.Line)+")")
		}
		t.add(r.Initiated, strconv.Itoa(parent)+"*"+pair, object(r)+".async_"+strings.ReplaceAll(r.Kind, " ", "_"))
	}
}

// object returns a type and a number, where Asio has a type and an address.
func object(r *Record) string {
	kind, number := "handle", uint64(r.Handle)
	if r.Handle == 0 {
		kind, number = "dispatcher", uint64(r.ID.Dispatcher())
	}
	return kind + "@0x" + strconv.FormatUint(number, 16)
}

// leaves returns how a handler ended.
func leaves(r *Record) string {
	if r.Panicked {
		return "!"
	}
	return "<"
}

// arguments returns the arguments of the handler.
func arguments(r *Record) string {
	if r.Returned.IsZero() {
		return "" // the record does not have its result yet
	}
	s := "ec=" + errorCode(r.Err)
	if movesBytes(r.Kind) {
		s += ",bytes_transferred=" + strconv.Itoa(r.N)
	}
	return s
}

// errorCode returns a category and a number, as Asio prints them.
func errorCode(err error) string {
	var errno syscall.Errno
	switch {
	case err == nil:
		return "system:0"
	case errors.As(err, &errno):
		return "system:" + strconv.Itoa(int(errno))
	case errors.Is(err, io.EOF):
		return "asio.misc:2"
	case ended(err):
		return "system:" + strconv.Itoa(int(syscall.ECANCELED))
	}
	return "actum:1"
}
