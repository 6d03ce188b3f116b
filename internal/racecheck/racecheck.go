// Package racecheck proves that the race detector works: its test, which only
// builds with
// -race, contains a data race and expects the detector to report it. The package also
// reports to other tests whether the detector is on, because it allocates and slows
// down.
package racecheck
