//go:build !race

package racecheck

// Enabled reports whether this program was built with the race detector.
const Enabled = false
