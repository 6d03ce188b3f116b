// Package debug shows the outstanding operations of this process, on all
// dispatchers, over HTTP ([Handler]) and on SIGQUIT ([OnQuit]). It is a package of
// its own so that package proactor does not import net/http.
package debug

import (
	"fmt"
	"io"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/trace"
)

// WritePending writes the outstanding operations of each open dispatcher, the
// oldest first, each with the chain of operations that led to it.
func WritePending(w io.Writer) error {
	for _, d := range proactor.Dispatchers() {
		if err := writeDispatcher(w, d); err != nil {
			return err
		}
	}
	return nil
}

func writeDispatcher(w io.Writer, d *proactor.Dispatcher) error {
	list := d.Pending()
	if _, err := fmt.Fprintf(w, "dispatcher %d (%s): %d operations are outstanding\n", d.Number(), d.Backend().Name, len(list)); err != nil {
		return err
	}
	for i := range list {
		if _, err := fmt.Fprintf(w, "%v\n", &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// records returns the records of all dispatchers, in the order of their IDs.
func records() []trace.Record {
	var all []trace.Record
	for _, d := range proactor.Dispatchers() {
		all = append(all, d.Records()...)
	}
	trace.Sort(all)
	return all
}
