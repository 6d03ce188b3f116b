package core

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/replay"
)

// delays returns what a context on a dispatcher with a journal adds to waiting
// times.
func delays(t *testing.T, b proactor.Backend) (list []time.Duration) {
	t.Helper()
	d, err := proactor.New(proactor.Options{Backend: b})
	if err != nil {
		t.Fatal(err)
	}
	var c Context
	c.OpenOn(d, Config{})
	c.makeDeterministic()
	var post proactor.Operation
	post.Handler = proactor.HandlerFunc(func(*proactor.Operation) {
		for range 8 {
			list = append(list, c.config.Jitter(time.Hour))
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
	run := delays(t, replay.ToJournal(&journal, nil))
	again := delays(t, replay.FromJournal(&journal, replay.Options{}))
	if len(run) != 8 || !slices.Equal(run, again) {
		t.Errorf("the run had %v, its replay %v", run, again)
	}
}
