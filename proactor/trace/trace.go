// Package trace writes the causal record of operations, [proactor.Record], in
// formats for other programs: Perfetto and Chrome (WriteChrome), Graphviz
// (WriteDOT), and the tools for Asio's handler tracking (WriteText).
//
// The records come from [proactor.Dispatcher.Records] or, for the whole process,
// from [proactor.StartRecording]. They must be sorted by ID, as both return them.
package trace

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"syscall"

	"github.com/actum-go/actum/proactor"
)

// Write writes records in the named format: see [Formats].
func Write(w io.Writer, format string, records []proactor.Record) error {
	switch format {
	case "chrome":
		return WriteChrome(w, records)
	case "dot":
		return WriteDOT(w, records)
	case "text":
		return WriteText(w, records)
	}
	return fmt.Errorf("trace: format %q: expected one of %q", format, Formats())
}

// Formats returns the names of all formats.
func Formats() []string { return []string{"chrome", "dot", "text"} }

// printer writes text. After the first error it does nothing.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// byDispatch returns the records in the order in which their handlers were called,
// and then those whose handlers were not called.
func byDispatch(records []proactor.Record) []*proactor.Record {
	list := make([]*proactor.Record, len(records))
	for i := range records {
		list[i] = &records[i]
	}
	slices.SortStableFunc(list, func(a, b *proactor.Record) int {
		if a.Dispatched.IsZero() != b.Dispatched.IsZero() {
			return b.Dispatched.Compare(a.Dispatched)
		}
		return a.Dispatched.Compare(b.Dispatched)
	})
	return list
}

// search finds a record by its ID.
func search(records []proactor.Record, id proactor.OperationID) (*proactor.Record, bool) {
	i, ok := slices.BinarySearchFunc(records, id, func(r proactor.Record, id proactor.OperationID) int { return cmp.Compare(r.ID, id) })
	if !ok {
		return nil, false
	}
	return &records[i], true
}

// result describes the result of an operation in a few words.
func result(r *proactor.Record) string {
	var errno syscall.Errno
	switch {
	case r.Returned.IsZero():
		return r.State()
	case r.Panicked:
		return "panic"
	case errors.Is(r.Err, io.EOF):
		return "end of stream"
	case errors.Is(r.Err, proactor.ErrCanceled):
		return "cancelled"
	case ended(r.Err):
		return "closed"
	case errors.As(r.Err, &errno):
		return errno.Error()
	case r.Err != nil:
		return r.Err.Error()
	case movesBytes(r.Kind):
		return strconv.Itoa(r.N) + " bytes"
	}
	return ""
}

// ended reports whether an error only means that something has ended.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, proactor.ErrCanceled) || errors.Is(err, proactor.ErrHandleClosed) || errors.Is(err, proactor.ErrClosed)
}

// movesBytes reports whether operations of kind k move bytes.
func movesBytes(k proactor.Kind) bool {
	switch k {
	case proactor.KindAccept, proactor.KindConnect, proactor.KindOpen, proactor.KindSync, proactor.KindStat:
		return false
	}
	return k < proactor.KindTimer // the kinds from KindTimer on belong to the dispatcher
}
