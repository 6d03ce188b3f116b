//go:build wasm

package record

// goroutine is not known here, where no backend is either: operations have no
// parent.
func goroutine() uintptr { return 0 }
