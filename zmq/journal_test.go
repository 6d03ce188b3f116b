package zmq

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
)

// delays returns what a context on a dispatcher with a journal adds to waiting
// times.
func delays(t *testing.T, o proactor.ReplayOptions) (list []time.Duration) {
	t.Helper()
	d, err := proactor.New(proactor.Options{Replay: o})
	if err != nil {
		t.Fatal(err)
	}
	c := newContextOn(d, ContextOptions{})
	c.makeDeterministic()
	var post proactor.Operation
	post.Handler = proactor.HandlerFunc(func(*proactor.Operation) {
		for range 8 {
			list = append(list, c.jitter(time.Hour))
		}
		d.Stop()
	})
	d.Post(&post)
	if err := d.Run(); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	return list
}

// The random part of the wait before a retry is the same in a replay.
func TestJitterIsReplayed(t *testing.T) {
	var journal bytes.Buffer
	run := delays(t, proactor.ReplayOptions{Journal: &journal})
	again := delays(t, proactor.ReplayOptions{From: &journal})
	if len(run) != 8 || !slices.Equal(run, again) {
		t.Errorf("the run had %v, its replay %v", run, again)
	}
}
