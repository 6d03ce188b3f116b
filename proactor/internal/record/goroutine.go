package record

// Goroutine returns a word that identifies the caller's goroutine among all live
// ones. It is only compared, and costs as much as a call. It is 0 for every caller
// on systems that do not support it, and is never 0 otherwise.
func Goroutine() uintptr { return goroutine() }
