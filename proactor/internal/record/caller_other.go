//go:build !amd64 && !arm64

package record

import "runtime"

// physical: see the other one. An inlined function has an address here, and the
// address after it is the right one of its caller.
const physical = false

// capture is for architectures where nobody has written the other one. The first
// address that it writes is, as there, that of Begin's caller's caller: a start that
// is four of proactor's functions deep leaves room for no more.
func capture(pcs *[Depth]uintptr) uintptr {
	n := runtime.Callers(4, pcs[:])
	clear(pcs[n:])
	return goroutine()
}
