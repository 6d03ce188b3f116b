//go:build race

package proactor_test

// raceEnabled says that the race detector is on, which allocates.
const raceEnabled = true
