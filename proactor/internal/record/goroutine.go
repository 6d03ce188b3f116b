package record

// Goroutine tells the caller's goroutine from all others that live: a word that
// is only ever compared. It costs as much as a call. 0 is no goroutine's, and what
// every caller is told where it is not known.
func Goroutine() uintptr { return goroutine() }
