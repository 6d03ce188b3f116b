// Package leakcheck fails a package's tests when they leave something behind:
// a goroutine or an open descriptor.
package leakcheck

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// settle is how long goroutines that are on their way out may take. Only a
// leak waits for all of it.
const settle = 5 * time.Second

// Main runs the tests of a package and exits; call it from TestMain. A run that
// passed fails all the same if it leaked.
func Main(m *testing.M) {
	openBefore := descriptors()
	code := m.Run()
	if code == 0 {
		if leak := Wait(openBefore); leak != "" {
			fmt.Fprintln(os.Stderr, leak)
			code = 1
		}
	}
	os.Exit(code)
}

// Wait returns what is left behind once settled: "" if nothing is. openBefore
// lists the descriptors that were open before.
func Wait(openBefore map[string]string) string {
	deadline := time.Now().Add(settle)
	for {
		leak := goroutineLeak() + descriptorLeak(openBefore)
		if leak == "" || time.Now().After(deadline) {
			return leak
		}
		runtime.GC() // descriptors dropped without Close are closed by finalizers: those do not hide
		time.Sleep(10 * time.Millisecond)
	}
}

// goroutineLeak returns the stacks of goroutines that are neither this one nor
// the testing package's.
func goroutineLeak() string {
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var leaked []string
	for i, stack := range strings.Split(string(buf), "\n\n") {
		if i == 0 || ours(stack) {
			continue
		}
		leaked = append(leaked, stack)
	}
	if len(leaked) == 0 {
		return ""
	}
	return fmt.Sprintf("leakcheck: %d goroutines left behind:\n%s\n", len(leaked), strings.Join(leaked, "\n\n"))
}

// ours reports whether a stack belongs to the test machinery.
func ours(stack string) bool {
	for _, frame := range []string{
		"testing.(*M).", "testing.RunTests", "testing.(*T).Run(", "testing.runFuzz", "internal/fuzz.",
		"os/signal.", "runtime.ReadTrace", "runtime/pprof.", "created by runtime", "runtime.ensureSigM",
	} {
		if strings.Contains(stack, frame) {
			return true
		}
	}
	return false
}
