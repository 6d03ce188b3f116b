package record

// ticks is the processor's time-stamp counter, which costs a third of the
// system's clock.
func ticks() int64

func invariant() bool

// counting says that ticks can stand for a clock.
var counting = invariant()
