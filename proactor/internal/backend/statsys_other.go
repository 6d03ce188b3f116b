//go:build !linux

package backend

// StatSys is empty on systems where package os carries out a stat.
type StatSys struct{}
