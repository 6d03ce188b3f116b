package backend

import "time"

// Spinner is a Backend that can look for a completion without parking.
type Spinner interface {
	// Spin looks again and again for completions, first of all for the end of the read
	// that was started last, until there is one, until Wake, or until Now reaches end.
	// It returns what has completed, as Wait does, and whether it paid. The
	// goroutine that may call Wait calls Spin, and calls Wait afterwards before it does
	// anything that may block.
	Spin(end time.Duration) (list *Op, paid SpinResult)
}

// TriesPerLook is how many times a spin tries the read before it looks at the clock.
const TriesPerLook = 4

// SpinResult says whether a spin paid.
type SpinResult uint8

const (
	// SpinRefused: it did not look for long, because no such read is outstanding or
	// there is a reason to call Wait.
	SpinRefused SpinResult = iota
	// SpinFruitless: nothing has completed, or what has is not worth a spin.
	SpinFruitless
	SpinFruitful
)
