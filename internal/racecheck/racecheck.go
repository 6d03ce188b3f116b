// Package racecheck proves that the race detector is at work: its test, which
// only builds with -race, races on purpose and expects to be caught. It also
// tells tests whether the detector is on, because it allocates and slows down.
package racecheck
