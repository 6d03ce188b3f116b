package backend

// Journal is a Backend that writes or replays a journal, including the requests of
// goroutines other than the dispatching one.
type Journal interface {
	Backend
	// Enter records that the caller dispatches from now on.
	Enter()
	// Ask makes the dispatching goroutine call do when it next waits, or when the
	// journal has it. If the caller is that goroutine, Ask returns false and does not
	// call do.
	Ask(who any, what string, do func()) bool
	// AwaitEnd waits until the replay has reached the end of its journal, or is closed.
	AwaitEnd(closed func() bool)
	// End carries out the requests that wait, and makes Ask return false from then on.
	End()
	// Value returns the result of get, or in a replay the result that get had in the
	// run.
	Value(get func() int64) int64
}

// ClosingRequest is the request to close the dispatcher, as Journal.Ask gets it.
const ClosingRequest = "close the dispatcher"
