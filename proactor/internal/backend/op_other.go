//go:build !linux && !windows && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package backend

// OpSys is empty: no backend of this system gives memory to the kernel.
type OpSys struct{}
