// Package leakcheck fails a package's tests when they leak a goroutine or an open
// descriptor.
package leakcheck

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// settle is the time that goroutines may take to end. Only a leak waits for all of
// it.
const settle = 5 * time.Second

// Main runs the tests of a package and exits; call it from TestMain. It fails a run
// that passed but leaked.
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

// Wait waits for goroutines to end, and describes the leaks that are left; "" if
// there are none. openBefore lists the descriptors that were open before.
func Wait(openBefore map[string]string) string {
	deadline := time.Now().Add(settle)
	for {
		leak := goroutineLeak() + descriptorLeak(openBefore)
		if leak == "" || time.Now().After(deadline) {
			return leak
		}
		runtime.GC() // finalizers close descriptors that were dropped without Close
		time.Sleep(10 * time.Millisecond)
	}
}

// goroutineLeak returns the stacks of goroutines other than this one and those of
// package testing.
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
