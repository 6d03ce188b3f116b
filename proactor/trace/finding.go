package trace

// FindingKind says what is wrong, as a short identifier; Description says it in words.
type FindingKind string

// The kinds of findings.
const (
	FindingOutstanding FindingKind = "outstanding"
	FindingLost        FindingKind = "lost"
	FindingTwice       FindingKind = "completed-twice"
	FindingBuffer      FindingKind = "buffer-touched"
	FindingSlow        FindingKind = "slow-handler"
)

// Description says in words what is wrong.
func (k FindingKind) Description() string {
	switch k {
	case FindingOutstanding:
		return "not completed when the dispatcher was closed"
	case FindingLost:
		return "not completed by Close"
	case FindingTwice:
		return "completed twice"
	case FindingBuffer:
		return "memory touched while the operation was outstanding"
	case FindingSlow:
		return "handler runs for too long"
	}
	return string(k)
}

// Finding is a mistake that a dispatcher's diagnostics (proactor.Diagnostics) have found.
type Finding struct {
	Kind      FindingKind
	Operation Pending // with the operations that led to it, if they are still in the record
	Detail    string  // for example which byte, or how long
	Stack     []byte  // FindingSlow: the stack of the goroutine that runs the handler
}

// String is the whole finding, on several lines.
func (f Finding) String() string {
	s := f.Kind.Description()
	if f.Detail != "" {
		s += ": " + f.Detail
	}
	s += "\n" + f.Operation.String()
	if len(f.Stack) > 0 {
		s += "\n" + string(f.Stack)
	}
	return s
}
