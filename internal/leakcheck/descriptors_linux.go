package leakcheck

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

const descriptorDir = "/proc/self/fd"

// Descriptors returns the open descriptors of this process, by number.
func Descriptors() map[string]string { return descriptors() }

func descriptors() map[string]string {
	wakePoller()
	open := map[string]string{}
	entries, err := os.ReadDir(descriptorDir)
	if err != nil {
		return open
	}
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(descriptorDir, e.Name()))
		if err == nil && !strings.HasPrefix(target, "/proc/") {
			open[e.Name()] = target
		}
	}
	return open
}

// wakePoller makes the Go runtime open its poller, which stays open: descriptors
// opened later belong to the tests.
func wakePoller() {
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
}

func descriptorLeak(before map[string]string) string {
	var leaked []string
	for fd, target := range descriptors() {
		if before[fd] != target {
			leaked = append(leaked, fd+" -> "+target)
		}
	}
	if len(leaked) == 0 {
		return ""
	}
	sort.Strings(leaked)
	return fmt.Sprintf("leakcheck: %d descriptors left open: %s\n", len(leaked), strings.Join(leaked, ", "))
}
