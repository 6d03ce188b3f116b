package contender

import (
	"strings"
	"testing"

	"github.com/actum-go/actum/bench/internal/matrix"
)

func TestJob(t *testing.T) {
	t.Setenv("TMPDIR", "/tmp")
	actum := Contender{Name: "actum", command: []string{"actum-perf", "perf"}}
	echo := Contender{Name: "echo", command: []string{"echo-c", "epoll"}, load: "echo-load"}
	timers := Contender{Name: "timers", command: []string{"timers", "time"}}
	files := Contender{Name: "files", command: []string{"files", "os"}}
	transmit := Contender{Name: "transmit", command: []string{"transmit", "copy"}, sink: "raw"}
	peers := Contender{Name: "actum", command: []string{"peers-actum"}, managed: true}
	libzmq := Contender{Name: "libzmq", command: []string{"libzmq-perf"}}
	tests := []struct {
		contender     Contender
		point         matrix.Point
		local, remote string
	}{
		{libzmq, matrix.Point{Transport: "tcp", Pattern: matrix.PushPull, Size: 8},
			"libzmq-perf local_thr EP 8 100", "libzmq-perf remote_thr EP 8 100"},
		{actum, matrix.Point{Transport: "ipc", Pattern: matrix.ReqRep, Size: 64},
			"actum-perf perf local_lat EP 64 100", "actum-perf perf remote_lat EP 64 100"},
		{actum, matrix.Point{Transport: "inproc", Pattern: matrix.PushPull, Size: 8},
			"actum-perf perf inproc_thr 8 100", ""},
		{libzmq, matrix.Point{Transport: "inproc", Pattern: matrix.ReqRep, Size: 8},
			"libzmq-perf inproc_lat 8 100", ""},
		{libzmq, matrix.Point{Transport: "tcp", Pattern: matrix.PubSub, Subscribers: 10, Size: 64},
			"libzmq-perf pub_thr EP 64 100 10", "libzmq-perf sub_thr EP 64 100 10"},
		{libzmq, matrix.Point{Transport: "tcp", Pattern: matrix.RouterDealer, Peers: 8, Burst: 10, Size: 64},
			"libzmq-perf one router-dealer tcp://127.0.0.1:5 /tmp/bench-5 64 100 8 10",
			"libzmq-perf many router-dealer tcp://127.0.0.1:5 /tmp/bench-5 64 100 8 10"},
		{libzmq, matrix.Point{Transport: "tcp", Pattern: matrix.PushPull, Peers: 8, Size: 64},
			"libzmq-perf one push-pull tcp://127.0.0.1:5 /tmp/bench-5 64 100 8 stream",
			"libzmq-perf many push-pull tcp://127.0.0.1:5 /tmp/bench-5 64 100 8 stream"},
		{libzmq, matrix.Point{Transport: "ipc", Pattern: matrix.PullPush, Peers: 1, Frames: 10, Size: 16},
			"libzmq-perf one pull-push ipc:///tmp/e /tmp/e.control 16 100 1 stream --frames 10",
			"libzmq-perf many pull-push ipc:///tmp/e /tmp/e.control 16 100 1 stream --frames 10"},
		{libzmq, matrix.Point{Transport: "tcp", Pattern: matrix.RouterDealer, Peers: 1000, Window: 30, Size: 64},
			"libzmq-perf one router-dealer tcp://127.0.0.1:5 /tmp/bench-5 64 100 1000 stream --window 30 --timed",
			"libzmq-perf many router-dealer tcp://127.0.0.1:5 /tmp/bench-5 64 100 1000 stream --window 30 --timed"},
		{libzmq, matrix.Paced(8, 5000),
			"libzmq-perf one push-pull tcp://127.0.0.1:5 /tmp/bench-5 64 100 8 stream --rate 5000",
			"libzmq-perf many push-pull tcp://127.0.0.1:5 /tmp/bench-5 64 100 8 stream --rate 5000"},
		{libzmq, matrix.BesideIdle(),
			"libzmq-perf one rep-req tcp://127.0.0.1:5 /tmp/bench-5 64 100 1000 stream --idle 10000",
			"libzmq-perf many rep-req tcp://127.0.0.1:5 /tmp/bench-5 64 100 1000 stream --idle 10000"},
		{libzmq, matrix.Point{Transport: "inproc", Pattern: matrix.PushPull, Peers: 1, Batch: 100, Size: 8},
			"libzmq-perf both push-pull inproc://peers - 8 100 1 stream", ""},
		{peers, matrix.Point{Transport: "inproc", Pattern: matrix.PushPull, Peers: 1, Batch: 100, Size: 8},
			"peers-actum both push-pull inproc://peers - 8 100 1 stream --batch 100", ""},
		{echo, matrix.Point{Transport: "tcp", Pattern: matrix.Echo, Outstanding: 10, Size: 64},
			"echo-c epoll serve EP", "echo-load run EP 64 100 10"},
		{echo, matrix.Point{Transport: "tcp", Pattern: matrix.Idle, Outstanding: 1000, Size: 64},
			"echo-c epoll serve EP", "echo-load idle EP 64 1000"},
		{echo.Without(matrix.Switch{Name: "poll-first", Off: "poll-first"}), matrix.Point{Transport: "tcp", Pattern: matrix.Echo, Outstanding: 10, Size: 64},
			"echo-c epoll --without poll-first serve EP", "echo-load run EP 64 100 10"},
		{timers, matrix.Point{Pattern: matrix.TimerStart, Outstanding: 5}, "timers time timer-start 5", ""},
		{files, matrix.Point{Pattern: matrix.ReadUncached, Outstanding: 32, Size: 4096}, "files os uncached 32 4096 100", ""},
		{transmit, matrix.Point{Transport: "tcp", Pattern: matrix.Transmit, Size: 65536},
			"raw local_thr EP 65536 100", "transmit copy remote_thr EP 65536 100"},
		{peers.Without(matrix.Switch{Name: "phase 3", Off: "a,b"}), matrix.Point{Transport: "inproc", Pattern: matrix.PushPull, Peers: 1, Size: 8},
			"peers-actum both push-pull inproc://peers - 8 100 1 stream --off a,b", ""},
	}
	for _, tt := range tests {
		endpoint := "EP"
		if tt.point.Peers > 0 {
			endpoint = map[string]string{"tcp": "tcp://127.0.0.1:5", "ipc": "ipc:///tmp/e"}[tt.point.Transport]
		}
		job := tt.contender.Job(tt.point, endpoint, 100)
		if local := strings.Join(job.Local, " "); local != tt.local {
			t.Errorf("%s: local %q, want %q", tt.point, local, tt.local)
		}
		if remote := strings.Join(job.Remote, " "); remote != tt.remote {
			t.Errorf("%s: remote %q, want %q", tt.point, remote, tt.remote)
		}
	}
}

func TestEverySideOfTheMatrixCanBeBuilt(t *testing.T) {
	for _, c := range matrix.All() {
		for _, name := range []string{matrix.Actum, c.Peer} {
			if _, known := recipes[c.Point.Family()][name]; !known {
				t.Errorf("%s: no way to build %s", c.Point, name)
			}
		}
	}
}
