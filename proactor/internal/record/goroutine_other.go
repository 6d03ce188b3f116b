//go:build wasm

package record

// goroutine is not supported on this system, which has no backend either:
// operations have no parent.
func goroutine() uintptr { return 0 }
