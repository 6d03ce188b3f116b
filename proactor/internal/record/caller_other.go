//go:build !amd64 && !arm64

package record

import "runtime"

// physical is false: capture also writes an address for each inlined function, and
// the next address is that of the function's caller.
const physical = false

// capture is the portable version, for architectures without frame pointers. Its
// first address is that of Begin's caller's caller. A start that passes through
// four functions of package proactor leaves room for no more.
func capture(pcs *[Depth]uintptr) uintptr {
	n := runtime.Callers(4, pcs[:])
	clear(pcs[n:])
	return goroutine()
}
