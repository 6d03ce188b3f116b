package demo

import (
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// A latency of REQ/REP is half of a round trip: the round trips, which follow each
// other, take no longer than the scenario.
func TestRoundTripsAreHalved(t *testing.T) {
	zctx, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer zctx.Close()
	var asking []*scenario
	for _, s := range scenarios() {
		if s.from == zmq.REQ {
			asking = append(asking, s)
		}
	}
	rows, err := runAll(t.Context(), zctx, asking, 100*time.Millisecond, lines{t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if share := 2 * r.latency.Mean() / 1e6 * r.perSecond; share > 1 || share < 0.01 {
			t.Errorf("%s over %s: two latencies of %.1f us, %.0f times a second, are %.2f of the time", r.pattern, r.transport,
				r.latency.Mean(), r.perSecond, share)
		}
	}
}
