//go:build unix

package cli

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/system"
)

// When the reader of standard output closes it, a command ends without receiving
// another message: the next command receives that one.
func TestReaderGone(t *testing.T) {
	system.IgnoreBrokenPipes()
	for _, pair := range [][2]string{
		{"pull --bind EP", "push --connect EP --data x"}, {"dealer --bind EP", "dealer --connect EP --data x"},
		{"pair --bind EP", "pair --connect EP --data x"}, {"router --bind EP", "dealer --connect EP --data x"},
		{"rep --bind EP --data y", "req --connect EP --data x"}, {"sub --connect EP", "pub --bind EP --data x"},
	} {
		t.Run(pair[0], func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			endpoint := newEndpoint(t)
			stderr := newWatchedOutput()
			ended := make(chan int)
			go func() {
				ended <- Run(t.Context(), strings.Fields(strings.ReplaceAll(pair[0], "EP", endpoint)), system.Streams{In: strings.NewReader(""), Out: w, Err: stderr, ReportDelay: time.Millisecond})
			}()
			stderr.await(t, "waiting for")
			r.Close()
			if code := <-ended; code != 0 {
				t.Errorf("exit code %d, want 0; standard error %q", code, stderr)
			}
			if pair[0] == "sub --connect EP" {
				return // a subscriber that comes later does not get earlier messages
			}
			sender := start(t, endpoint, strings.NewReader(""), pair[1])
			check(t, <-start(t, endpoint, strings.NewReader(""), pair[0]+" --count 1").ended, 0, "x\n$", nothing)
			sender.interrupt()
			<-sender.ended
		})
	}
}
