//go:build !amd64 && !arm64 && !wasm

package record

// goroutine returns a word that identifies the caller's goroutine among all live
// ones. It is only compared.
func goroutine() uintptr
