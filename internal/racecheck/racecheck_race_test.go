//go:build race

package racecheck_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
)

// raceChild is the environment variable that makes this program race.
const raceChild = "ACTUM_RACE_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(raceChild) != "" {
		race()
		return
	}
	leakcheck.Main(m)
}

// race writes one variable from two goroutines without synchronization.
func race() {
	var shared int
	done := make(chan struct{})
	go func() {
		shared++
		close(done)
	}()
	shared++
	<-done
}

func TestDetectorCatchesARace(t *testing.T) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), raceChild+"=1")
	output, err := child.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "WARNING: DATA RACE") {
		t.Fatalf("a program that races ended with %v and said:\n%s", err, output)
	}
}
