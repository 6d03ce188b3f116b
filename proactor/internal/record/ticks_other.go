//go:build !amd64

package record

// ticks is not used here: the clock is.
func ticks() int64 { return 0 }

const counting = false
