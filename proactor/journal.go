package proactor

// A backend that writes or replays a journal (package replay) has the requests of other
// goroutines carried out in Wait: backend.Journal.

// HasJournal reports whether the run of d is written to a journal or replayed (package
// replay). A program whose other goroutines depend on the clock should make them
// independent of it then.
func (d *Dispatcher) HasJournal() bool { return d.journal != nil }

// JournalValue returns the result of get, and in a replay the result that get had in
// the run, without calling it. It is for numbers that decide what the program does
// and that do not come from operations, such as random ones. Any goroutine may call
// it. Without a journal it just calls get.
func (d *Dispatcher) JournalValue(get func() int64) int64 {
	if d.journal == nil {
		return get()
	}
	return d.journal.Value(get)
}

// ask is backend.Journal.Ask for the start of op, which has begun.
func (d *Dispatcher) ask(op *Operation, do func()) bool {
	what := "start " + op.kind.String()
	if name, ok := op.Token.(string); ok {
		what += " " + name
	}
	return d.journal.Ask(&op.op, what, do)
}
