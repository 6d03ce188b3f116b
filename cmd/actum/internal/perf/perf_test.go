package perf

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/zmq"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

func TestTuning(t *testing.T) {
	tests := []struct {
		off  []string
		want tuning.Options
	}{
		{nil, tuning.Options{}},
		{[]string{"speculative-write"}, tuning.Options{NoSpeculativeWrite: true}},
		{[]string{"gather-write", "read-coalescing"}, tuning.Options{NoGatherWrite: true, NoReadCoalescing: true}},
		{[]string{"handler-memory"}, tuning.Options{NoHandlerMemory: true}},
	}
	for _, tt := range tests {
		if got, err := switchedOff(tt.off); err != nil || got != tt.want {
			t.Errorf("%v: %+v, %v", tt.off, got, err)
		}
	}
	if _, err := switchedOff([]string{"nothing"}); err == nil || !strings.Contains(err.Error(), Switches()) {
		t.Errorf("unknown: %v", err)
	}
}

// Several subscribers print one throughput. The publisher does not get ahead of them,
// because a PUB does not wait at the high-water mark: it drops.
func TestSubscribers(t *testing.T) {
	const count, n = 200, 3
	zctx, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer zctx.Close()
	pub, err := zctx.NewSocket(zmq.PUB, zmq.Options{})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := "ipc://" + filepath.Join(t.TempDir(), "s")
	if err := pub.Bind(endpoint); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out strings.Builder
	done := make(chan error)
	go func() {
		s := subThr{fanoutArgs{Endpoint: endpoint, Size: 8, Count: count, Subscribers: n}}
		done <- s.Run(ctx, &Command{}, system.Streams{Out: &out, Err: io.Discard})
	}()
	for {
		select {
		case err := <-done:
			if err != nil || !strings.Contains(out.String(), "message size: 8 [B]\n") || !strings.Contains(out.String(), "delivered: ") {
				t.Errorf("%v, %q", err, &out)
			}
			return
		case <-time.After(time.Millisecond):
			// Until all have subscribed and seen an end.
			for _, m := range [][]byte{make([]byte, 8), nil} {
				if err := pub.SendBytes(ctx, m); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestProfiles(t *testing.T) {
	dir := t.TempDir()
	c := Command{CPUProfile: filepath.Join(dir, "cpu"), MemProfile: filepath.Join(dir, "mem")}
	a := inprocThr{inprocThroughputArgs{Size: 8, Count: 100}}
	if err := a.Run(t.Context(), &c, system.Streams{Out: io.Discard, Err: io.Discard}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{c.CPUProfile, c.MemProfile} {
		if info, err := os.Stat(name); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty: %v", name, err)
		}
	}
}

func TestJSON(t *testing.T) {
	tests := []struct {
		program interface {
			Run(context.Context, *Command, system.Streams) error
		}
		want []string // the names of the report
	}{
		{&inprocThr{inprocThroughputArgs{Size: 8, Count: 100}}, []string{"allocationsPerMessage", "cpu", "messageBytes", "messages", "program", "throughput"}},
		{&inprocLat{inprocLatencyArgs{Size: 8, Roundtrips: 100}}, []string{"allocationsPerMessage", "cpu", "latency", "messageBytes", "program", "roundTrips"}},
	}
	for _, tt := range tests {
		var out, said strings.Builder
		c := Command{JSON: true, Allocs: true}
		if err := tt.program.Run(t.Context(), &c, system.Streams{Out: &out, Err: &said}); err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(out.String()), &got); err != nil || said.Len() > 0 {
			t.Fatalf("%v, %s, standard error %s", err, &out, &said)
		}
		if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, tt.want) {
			t.Errorf("%q, want %q", names, tt.want)
		}
	}
	var r report
	r.Throughput, r.Latency, r.Delivered = &throughputReport{1, 2, 3}, &latencyReport{1, 2, 3, 4}, &deliveredReport{1, 2}
	text, err := json.Marshal(r)
	want := `{"program":"","messageBytes":0,"throughput":{"seconds":1,"messagesPerSecond":2,"megabitsPerSecond":3},` +
		`"latency":{"meanMicroseconds":1,"p50Microseconds":2,"p99Microseconds":3,"p999Microseconds":4},` +
		`"delivered":{"messages":1,"expected":2},"cpu":{"userSeconds":0,"systemSeconds":0}}`
	if err != nil || string(text) != want {
		t.Errorf("%v, %s", err, text)
	}
}
