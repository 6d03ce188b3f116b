//go:build !amd64 && !arm64 && !wasm

package record

// goroutine is a word that no other goroutine has while this one lives. It is
// only ever compared.
func goroutine() uintptr
