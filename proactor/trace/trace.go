// Package trace describes what the operations of package proactor do: a [Record] of each
// start of an operation, a [Pending] operation with the ones that led to it, a [Finding]
// of the diagnostics. It writes records in formats for other programs: Perfetto and
// Chrome ([WriteChrome]), Graphviz ([WriteDOT]), and the tools for Asio's handler tracking
// ([WriteText]).
//
//	stop, err := proactor.StartRecording(proactor.RecordOptions{})
//	...                                  // make dispatchers, and run them
//	err = trace.WriteChrome(file, stop())
//
// The records of one dispatcher come from its methods Records and Pending, and those of
// the whole process from proactor.StartRecording. The functions that take a list of
// records expect it sorted by ID, as these return it.
package trace

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Write writes records in the named format: see [Formats].
func Write(w io.Writer, format string, records []Record) error {
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
func byDispatch(records []Record) []*Record {
	list := make([]*Record, len(records))
	for i := range records {
		list[i] = &records[i]
	}
	slices.SortStableFunc(list, func(a, b *Record) int {
		if a.Dispatched.IsZero() != b.Dispatched.IsZero() {
			return b.Dispatched.Compare(a.Dispatched)
		}
		return a.Dispatched.Compare(b.Dispatched)
	})
	return list
}

// result describes the result of an operation in a few words.
func result(r *Record) string {
	var errno syscall.Errno
	switch {
	case r.Returned.IsZero():
		return r.State()
	case r.Panicked:
		return "panic"
	case errors.Is(r.Err, io.EOF):
		return "end of stream"
	case errors.Is(r.Err, backend.ErrCanceled):
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
	return errors.Is(err, io.EOF) || errors.Is(err, backend.ErrCanceled) || errors.Is(err, backend.ErrHandleClosed) || errors.Is(err, backend.ErrBackendClosed)
}

// movesBytes reports whether operations of that kind move bytes.
func movesBytes(kind string) bool {
	switch kind {
	case "read", "write", "scatter read", "gather write", "read at", "write at", "read full", "write all",
		"transmit file", "receive", "receive from", "send to":
		return true
	}
	return false
}
