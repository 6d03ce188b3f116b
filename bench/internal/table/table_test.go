package table

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

func testResult(p matrix.Point, peer string, ours, theirs result.Run) result.Result {
	return result.Result{
		Point: p, Measure: p.Measure(), Ours: matrix.Actum, Peer: peer, Count: 100,
		When:    time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Machine: result.Machine{Cores: 2, System: "linux/amd64", Kernel: "6.18.0", Go: "go1.26"},
		Pairs:   []result.Pair{{Ours: ours, Peer: theirs}},
	}
}

func testResults() []result.Result {
	pushPull := func(size int) matrix.Point {
		return matrix.Point{Transport: "tcp", Pattern: matrix.PushPull, Size: size}
	}
	reqRep := matrix.Point{Transport: "tcp", Pattern: matrix.ReqRep, Size: 8}
	toMany := matrix.Point{Transport: "tcp", Pattern: matrix.PushPull, Peers: 8, Size: 64}
	fast := result.Run{Messages: 100, PerSecond: 25_200_000, CPU: result.CPU{User: 1, System: 1}}
	slow := result.Run{Messages: 100, PerSecond: 4_000_000, CPU: result.CPU{User: 3, System: 1}}
	quick := result.Run{Messages: 100, Latency: result.Latency{Mean: 12, P50: 10, P99: 20.5, P999: 123.4}, CPU: result.CPU{User: 1}}
	late := result.Run{Messages: 100, Latency: result.Latency{Mean: 50, P50: 40, P99: 80, P999: 160}, CPU: result.CPU{User: 4}}
	ablated := testResult(toMany, "actum without gather-write", fast, slow)
	ablated.Off = "gather-write"
	itself := testResult(pushPull(64), matrix.Libzmq, slow, slow)
	itself.Ours = matrix.Libzmq
	return []result.Result{
		testResult(reqRep, matrix.Libzmq, quick, late), testResult(reqRep, matrix.Net, quick, late), ablated, itself,
		testResult(pushPull(256), matrix.Libzmq, slow, slow),
		testResult(pushPull(256<<10), matrix.Raw, fast, slow),
		testResult(toMany, matrix.Libzmq, fast, slow), testResult(toMany, matrix.Tuned, fast, fast),
	}
}

const (
	conditionsText = "Measured on 2 cores, linux/amd64, kernel 6.18.0, go1.26, 2026-01-02. Ours and the peer ran in turn; " +
		"the ratio is ours to the peer's, the median of at least 1 pairs, with the smallest and the largest in brackets. " +
		direction + "\n\n"
	matrixText = "Messages beside libzmq, the worst of 2 cells first: our rate as a multiple of libzmq's, with its defaults or tuned, whichever is faster " +
		"(of REQ/REP how many times shorter our median round trip is), the goal for it, and our processor time for each message " +
		"as a multiple of libzmq's. Bold cells miss a goal; 0 of 2 meet theirs.\n\n" +
		"| work | rate | CPU | work | rate | CPU | work | rate | CPU |\n|---|---|---|---|---|---|---|---|---|\n" +
		"| PUSH to 8 PULL, 64 B | **1.00** (≥ 2) | 1.00 | REQ/REP tcp 8 B | **4.00** (≥ 5) | 0.25 | | | |\n\n"
	cellsText = "The speed matrix. CPU and goals are those beside the better of the two libzmqs; latencies are of bursts, of requests or of connections, not halved, except those of REQ/REP.\n\n" + cellHead +
		"| PUSH to 8 PULL, 64 B | 25.2 M | 4.00 M | 6.30 (6.30–6.30) | 25.2 M | 1.00 (1.00–1.00) | 1.00 (1.00–1.00) | – | – | ≥ 2 missed |\n" +
		"| REQ/REP tcp 8 B | 10.0 µs | 40.0 µs | 0.25 (0.25–0.25) | – | – | 0.25 (0.25–0.25) | 10.0 / 20.5 | 40.0 / 80.0 | ≤ 0.2 missed; p99 ≤ 0.35 met; CPU ≤ 1 met |\n\n"
	crowdsText = "One socket and its many peers, beside libzmq: ratio of the rates (more is better), then of the processor time for each message (less is better). The worst ratio of the rates is 6.30.\n\n" +
		"| who, load | 8 B | 64 B | 1 KiB | 64 KiB |\n|---|---|---|---|---|\n| PUSH to 8 PULL, a stream | – | 6.30, 0.50 | – | – |\n\n"
	throughputHead = "| messages, reads or files a second | actum | peer | | ratio | CPU per message | goal |\n|---|---|---|---|---|---|---|\n"
	throughputRest = "| PUSH/PULL tcp 256 B | 4.00 M | libzmq | 4.00 M | 1.00 (1.00–1.00) | 1.00 (1.00–1.00) |  |\n"
	throughputGoal = "| PUSH/PULL tcp 256 KiB | 25.2 M | raw sockets | 4.00 M | 6.30 (6.30–6.30) | 0.50 (0.50–0.50) | ≥ 0.9 met |\n"
	latencyTable   = "\n| round trip / 2, p50 / p99 / p99.9 µs | actum | peer | | ratio of p50 | CPU per message | goal |\n|---|---|---|---|---|---|---|\n" +
		"| REQ/REP tcp 8 B | 10.0 / 20.5 / 123 | Go net | 40.0 / 80.0 / 160 | 0.25 (0.25–0.25) | 0.25 (0.25–0.25) | ≤ 1.2 met |\n\n"
	ablationTable = "What each optimization of the messaging engine is worth: all on, beside all but one. " +
		"The rate with it as a multiple of the rate without it, then the same of the processor time for each message.\n\n" +
		"| work | speculative-write | gather-write | read-coalescing | timer-structure | handler-memory | strand-elision | leading |\n|---|---|---|---|---|---|---|---|\n" +
		"| PUSH to 8 PULL, 64 B | – | 6.30, 0.50 | – | – | – | – | – |\n\n"
)

func TestGoals(t *testing.T) {
	if got, want := Goals(testResults()), conditionsText+matrixText+throughputHead+throughputGoal+latencyTable; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFull(t *testing.T) {
	want := conditionsText + cellsText + throughputHead + throughputRest + throughputGoal + latencyTable + crowdsText + ablationTable
	if got := Full(testResults()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The tables of the runtime alone are complete, and no line has fewer columns than
// its head.
func TestRuntimeTables(t *testing.T) {
	run := result.Run{Messages: 100, PerSecond: 150_000, Latency: result.Latency{P50: 400, P99: 900, P999: 2000},
		CPU: result.CPU{Server: 1, Client: 1}, CostNs: 100, Idle: result.Idle{Managed: 2048, Process: 512, Seconds: 5}}
	half := run
	half.PerSecond, half.CPU.Server, half.CostNs, half.Idle.Process, half.Idle.WakeUps = 75_000, 4, 200, 1024, 3
	point := func(pattern string) matrix.Point {
		p := matrix.Point{Transport: "tcp", Pattern: pattern, Outstanding: 1000, Size: 64}
		if p.Family() == matrix.Timing {
			p = matrix.Point{Pattern: pattern, Outstanding: 1_000_000}
		}
		return p
	}
	without := testResult(point(matrix.Echo), "actum without poll-first", run, half)
	without.Off = "poll-first"
	text := Full([]result.Result{
		without,
		testResult(point(matrix.Echo), matrix.Net, run, half), testResult(point(matrix.Idle), matrix.Net, run, half),
		testResult(point(matrix.TimerStart), matrix.Time, run, half),
	})
	for _, want := range []string{
		"| 64 B, 1,000 connections | 150 k | 400 / 900 / 2000 | Go net | 75.0 k | 400 / 900 / 2000 | 2.00 (2.00–2.00) | 0.25 (0.25–0.25) | ≥ 1.5 met |\n",
		"| 1,000 connections | 2.00 KiB | 512 B | 0 | Go net | 2.00 KiB | 1.00 KiB | 3 | 1.00 (1.00–1.00) | memory ≤ 4096 met; wake-ups ≤ 0 met |\n",
		"| poll-first | 64 B, 1,000 connections | 150 k, 400 / 900 / 2000 µs | 75.0 k, 400 / 900 / 2000 µs | 2.00 (2.00–2.00) | 0.25 (0.25–0.25) |\n",
		"| start of a timer among 1,000,000 | 100 | Go time | 200 | 0.50 (0.50–0.50) |  |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no line\n%sin\n%s", want, text)
		}
	}
	columns := 0
	for line := range strings.Lines(text) {
		n := strings.Count(line, "|")
		if n > 0 && columns > 0 && n != columns {
			t.Errorf("%d columns instead of %d: %s", n, columns, line)
		}
		columns = n
	}
}

func TestNothingMeasured(t *testing.T) {
	if got := Full(nil); !strings.Contains(got, "make bench") {
		t.Errorf("got %q", got)
	}
}

func TestRate(t *testing.T) {
	for perSecond, want := range map[float64]string{25_123_456: "25.1 M", 1_000_000: "1.00 M", 28_349: "28.3 k", 3_600: "3.60 k", 740: "740"} {
		if got := rate(perSecond); got != want {
			t.Errorf("%v: %q, want %q", perSecond, got, want)
		}
	}
}

func TestWriteInto(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{"empty", "a\n<!-- figures:begin -->\n<!-- figures:end -->\nz\n", "a\n<!-- figures:begin -->\nNEW\n<!-- figures:end -->\nz\n"},
		{"replaced", "a\n<!-- figures:begin -->\nOLD\nOLD\n<!-- figures:end -->\n", "a\n<!-- figures:begin -->\nNEW\n<!-- figures:end -->\n"},
		{"no markers", "a\n", ""},
		{"no end", "<!-- figures:begin -->\n", ""},
		{"wrong order", "<!-- figures:end -->\n<!-- figures:begin -->\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "README.md")
			if err := os.WriteFile(file, []byte(tt.before), 0o644); err != nil {
				t.Fatal(err)
			}
			want := tt.after
			if err := WriteInto(file, "NEW\n\n"); (err != nil) != (want == "") {
				t.Fatalf("error %v", err)
			}
			if want == "" {
				want = tt.before // left as it was
			}
			if got, _ := os.ReadFile(file); string(got) != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestCrowds(t *testing.T) {
	crowd := func(size, burst int) matrix.Point {
		return matrix.Point{Transport: "tcp", Pattern: matrix.PushPull, Peers: 8, Burst: burst, Size: size}
	}
	run := func(rate, cpu float64) result.Run {
		return result.Run{Messages: 100, PerSecond: rate, CPU: result.CPU{User: cpu}}
	}
	text := Full([]result.Result{
		testResult(crowd(8, 0), matrix.Libzmq, run(300, 1), run(100, 2)),
		testResult(crowd(64<<10, 0), matrix.Libzmq, run(50, 3), run(100, 2)),
		testResult(crowd(8, 10), matrix.Libzmq, run(100, 2), run(100, 2)),
	})
	for _, want := range []string{
		"The worst ratio of the rates is 0.50.",
		"| who, load | 8 B | 64 B | 1 KiB | 64 KiB |\n|---|---|---|---|---|\n",
		"| PUSH to 8 PULL, a stream | 3.00, 0.50 | – | – | 0.50, 1.50 |\n",
		"| PUSH to 8 PULL, bursts of 10 | 1.00, 1.00 | – | – | – |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// Each phase is compared with the one before it, run by run.
func TestPhases(t *testing.T) {
	var results []result.Result
	p := matrix.Phases().Points[0]
	for i, s := range matrix.Phases().Switches {
		r := testResult(p, "actum without "+s.Name, result.Run{}, result.Run{})
		r.Off, r.Pairs = s.Name, nil
		for run := range 3 {
			slow := float64(1 + run) // of the machine, in that run
			r.Pairs = append(r.Pairs, result.Pair{
				Ours: result.Run{Messages: 1, PerSecond: 2e6 / slow, CPU: result.CPU{User: 1}},
				Peer: result.Run{Messages: 1, PerSecond: []float64{1e6, 1.5e6, 1.8e6}[i] / slow, CPU: result.CPU{User: 1}},
			})
		}
		results = append(results, r)
	}
	row := "| PUSH to 1 PULL, 8 B | 500 k | +50 % (50 to 50) | +20 % (20 to 20) | +11 % (11 to 11) | +100 % (100 to 100) |\n"
	if text := Full(results); !strings.Contains(text, predicted+row) {
		t.Errorf("%q is not in\n%s", row, text)
	}
	if text := Full(results[1:]); strings.Contains(text, predicted) {
		t.Errorf("a phase is missing, and there is a table:\n%s", text)
	}
}
