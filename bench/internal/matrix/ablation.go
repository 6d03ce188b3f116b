package matrix

// Ablation is a set of parts of ours that can be left out one by one, and the points
// at which that is measured.
type Ablation struct {
	Title    string // of its table
	Switches []string
	Points   []Point
}

// Engine is the optimizations of the messaging engine, which `actum perf --off
// NAME` leaves out: small and large messages, and the latency.
func Engine() Ablation {
	return Ablation{
		Title: "What each optimization is worth: all on, beside all but one.",
		Switches: []string{"speculative-write", "gather-write", "read-coalescing", "timer-structure", "handler-memory",
			"strand-elision", "leading"},
		Points: append(points("tcp", PushPull, 8, 1<<10, 64<<10), points("tcp", ReqRep, 8)...),
	}
}

// Ring is the features of io_uring that an echo server uses, by the names of
// proactor.ProbeBackends. Without single-issuer there is no
// defer-taskrun either.
func Ring() Ablation {
	return Ablation{
		Title:    "What each feature of io_uring is worth to an echo server on a locked thread: all on, beside all but one.",
		Switches: []string{"submit-all", "skip-success", "poll-first", "single-issuer", "defer-taskrun", "message-wake"},
		Points:   []Point{echo(1, 64), echo(100, 64), echo(1000, 64)},
	}
}

// Ablations are all of them.
func Ablations() []Ablation { return []Ablation{Engine(), Ring()} }
