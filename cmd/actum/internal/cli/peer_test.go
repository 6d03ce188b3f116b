package cli

import (
	"encoding/json"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/system"
)

// side is one of two commands that talk to each other.
type side struct {
	line, in string
	code     int
	out      string // a pattern
	err      string // a pattern; empty: nothing
}

func TestPeers(t *testing.T) {
	tests := []struct {
		name string
		a, b side
	}{
		{"lines", side{line: "push --connect EP", in: "a\n\n c \nd"},
			side{line: "pull --bind EP --count 4", out: "^a\n\n c \nd\n$"}},
		{"the other one binds", side{line: "push --bind EP", in: "a\n"},
			side{line: "pull --connect EP --count 1", out: "^a\n$"}},
		{"count of lines", side{line: "push --connect EP --count 2", in: "a\nb\nc\n"},
			side{line: "pull --bind EP --count 2", out: "^a\nb\n$"}},
		{"data", side{line: "push --connect EP --data hello"},
			side{line: "pull --bind EP --count 1", out: "^hello\n$"}},
		{"frames, repeated", side{line: "push --connect EP --data a,b --data c --count 2"},
			side{line: "pull --bind EP --count 2", out: "^a,b\tc\na,b\tc\n$"}},
		{"empty data", side{line: "push --connect EP --data="},
			side{line: "pull --bind EP --count 1 --json", out: `^{"frames":\[""\]}` + "\n$"}},
		{"rate", side{line: "push --connect EP --data x --count 3 --rate 1000"},
			side{line: "pull --bind EP --count 3", out: "^x\nx\nx\n$"}},
		{"json", side{line: "push --connect EP --json", in: `{"frames":["<é>",{"base64":"/wA="}]} {"frames":[""]}`},
			side{line: "pull --bind EP --count 2 --json", out: `^{"frames":\["<é>",{"base64":"/wA="}\]}` + "\n" + `{"frames":\[""\]}` + "\n$"}},
		{"frames of lines", side{line: "push --connect EP", in: "a\tb\n\t\n"},
			side{line: "pull --bind EP --count 2 --json", out: `^{"frames":\["a","b"\]}` + "\n" + `{"frames":\["",""\]}` + "\n$"}},
		{"short flags", side{line: "push -c EP -d a -d b -n 2 -r 1000 -t 60s -o linger=-1"},
			side{line: "pull -b EP -n 2 -j", out: `^({"frames":\["a","b"\]}` + "\n){2}$"}},
		{"more short flags", side{line: "pub -c EP -d xy -n 1 -w 1 -q"},
			side{line: "sub -b EP -s a -s x -n 1 -q", out: "^xy\n$"}},
		{"endpoint alone", side{line: "push EP --data a"},
			side{line: "pull @EP --count 1", out: "^a\n$"}},
		{"endpoint to connect to", side{line: "push >EP --data a"},
			side{line: "pull tcp://127.0.0.1:* --bind EP --count 1", out: "^a\n$", err: `^actum: bound tcp://127\.0\.0\.1:\d+` + "\n$"}},
		{"options", side{line: "push --connect EP --opt sndhwm=1 --opt ZMQ_LINGER=-1", in: "a\nb\nc\n"},
			side{line: "pull --bind EP --count 3 --opt rcvhwm=1 --backend goroutine", out: "^a\nb\nc\n$"}},
		{"two of them", side{line: "push --connect EP --data x --count 4"},
			side{line: "pull --bind tcp://127.0.0.1:* --bind EP --count 4", out: "^x\nx\nx\nx\n$", err: `^actum: bound tcp://127\.0\.0\.1:\d+` + "\n$"}},
		{"subscribers", side{line: "pub --bind EP --data topic.b --data 1 --rate 1000 --count 1000000", code: 130},
			side{line: "sub --connect EP --subscribe topic.a --subscribe topic.b --count 2", out: "^topic.b\t1\ntopic.b\t1\n$"}},
		{"the first message", side{line: "pub --connect EP", in: "a\nb\n"},
			side{line: "sub --bind EP --count 2", out: "^a\nb\n$"}},
		{"a subscriber of all", side{line: "pub --bind EP --data x --rate 1000 --count 1000000 --wait 0", code: 130},
			side{line: "sub --connect EP --count 1", out: "^x\n$"}},
		{"echo", side{line: "req --connect EP", in: "a\nb\n", out: "^a\nb\n$"},
			side{line: "rep --bind EP --echo --count 2", out: "^a\nb\n$"}},
		{"fixed reply", side{line: "req --connect EP --data a --data b --count 3", out: "^yes\nyes\nyes\n$"},
			side{line: "rep --bind EP --data yes --count 3", out: "^a\tb\na\tb\na\tb\n$"}},
		{"replies of standard input", side{line: "req --connect EP", in: "a\nb\n", out: "^1\n2\n$"},
			side{line: "rep --bind EP", in: "1\n2\n", out: "^a\nb\n$"}},
		{"no more replies", side{line: "req --connect EP --count 1", in: "a\n", out: "^1\n$"},
			side{line: "rep --bind EP", in: "1\n", out: "^a\n$"}},
		{"routing id", side{line: "dealer --connect EP --opt routing_id=me --data hello --count 1", out: "^welcome\tback\n$"},
			side{line: "router --bind EP --data me --data welcome --data back --count 1", out: "^me\thello\n$"}},
		{"routing id made up", side{line: "dealer --connect EP --data hello --timeout 10s", code: 130},
			side{line: "router --bind EP --count 1", out: "^0x00[0-9a-f]{8}\thello\n$"}},
		{"a request as a router sees it", side{line: "req --connect EP --data hello", code: 130},
			side{line: "router --bind EP --count 1", out: "^0x00[0-9a-f]{8}\t\thello\n$"}},
		{"no peer of that id", side{line: "dealer --connect EP --data hello", code: 130},
			side{line: "router --bind EP --count 1 --opt rcvhwm=7", in: "0x00ff\t1\n", code: 1, out: "hello",
				err: "^actum: no peer has the routing id 0x00ff: message dropped\nactum: not every message could be delivered\n$"}},
		{"pair", side{line: "pair --connect EP --count 1", in: "a\nb\n", out: "^c\n$"},
			side{line: "pair --bind EP --count 2 --data c", out: "^a\nb\n$"}},
		{"dealers", side{line: "dealer --connect EP --count 1 --data a", out: "^c\n$"},
			side{line: "dealer --bind EP --count 1 --data c", out: "^a\n$"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			endpoint := newEndpoint(t)
			a := start(t, endpoint, strings.NewReader(tt.a.in), tt.a.line)
			b := start(t, endpoint, strings.NewReader(tt.b.in), tt.b.line)
			checkSide(t, tt.b, <-b.ended)
			if tt.a.code == 130 {
				a.interrupt()
			}
			checkSide(t, tt.a, <-a.ended)
		})
	}
}

func checkSide(t *testing.T, want side, got result) {
	t.Helper()
	if want.out == "" {
		want.out = nothing
	}
	if want.err == "" {
		want.err = nothing
	}
	check(t, got, want.code, want.out, want.err)
}

func TestFailures(t *testing.T) {
	tests := []struct {
		line, in string
		code     int
		err      string
	}{
		{"push --data x", "", 2, "--bind EP, --connect EP"},
		{"push --bind nowhere", "", 2, "bind nowhere: "},
		{"push --connect tcp://127.0.0.1:*", "", 2, "connect tcp://127.0.0.1:\\*: "},
		{"push --bind udp://127.0.0.1:1", "", 2, "udp"},
		{"push --connect inproc://x", "", 2, "inproc connects"},
		{"push --connect EP --opt hwm", "", 2, "--opt hwm: expected NAME=VALUE"},
		{"push --connect EP --opt hwm=1", "", 2, "option hwm: unknown: expected one of backlog"},
		{"push --connect EP --opt sndhwm=many", "", 2, "option sndhwm: \"many\""},
		{"push --connect EP --subscribe a", "", 2, "unknown flag --subscribe; see actum push --help"},
		{"push --connect EP --count -1", "", 2, "--count -1: it cannot be negative; leave it out for the default; see actum push --help"},
		{"req --connect EP --count=-1", "", 2, "--count -1: it cannot be negative"},
		{"push --connect EP --rate -1", "", 2, "--rate -1: it cannot be negative"},
		{"pull --connect EP -t -1s", "", 2, "negative"},
		{"push --connect EP --timeout soon", "", 2, "timeout"},
		{"push --connect EP --timeout=-1s", "", 2, "negative"},
		{"push --connect EP --rate=-1", "", 2, "--rate is -1"},
		{"push --connect EP --rate NaN", "", 2, "--rate is NaN"},
		{"push --connect EP --rate Inf", "", 2, "--rate is [+]Inf"},
		{"push --connect EP --rate=-Inf", "", 2, "--rate is -Inf"},
		{"pub --connect EP --wait=-1", "", 2, "wait"},
		{"push inproc://x", "", 2, "inproc connects"},
		{"push --connect EP --backend nothing", "", 2, "\"nothing\""},
		{"pull --connect EP --data x", "", 2, "unknown flag --data"},
		{"pull --connect EP --opt subscribe=x", "", 2, "Subscribe"},
		{"rep --bind EP --echo --data x", "", 2, "--echo and --data"},
		{"pusch --bind EP", "", 2, `did you mean "push"`},
		{"--bind EP", "", 2, `unknown flag --bind.*; see actum --help`},
		{"push --connect EP --count x", "", 2, "--count: .*; see actum push --help"},
		{"push --connect EP --backend sim -d x", "", 2, "--backend sim is a network in memory"},
		{"router --connect EP --data x", "", 2, "--data x: a router's message begins with the routing id .*--data ID --data TEXT"},

		{"push --connect EP --json", `{"frames":[1]}`, 1, `document 1: .*a frame is`},
		{"push --connect EP --json", `{"frames":[]}`, 1, `document 1: .*at least one frame`},
		{"push --connect EP --json", `{"frame":["a"]}`, 1, `document 1: unknown field "frame": a message is {"frames":`},
		{"push --connect EP --json", `{"frames":"a"}`, 1, `document 1: a message is {"frames":`},
		{"push --connect EP --json", `["a"]`, 1, `document 1: a message is {"frames":`},
		{"push --connect EP --json", `hello`, 1, `document 1: not JSON: .*: a message is {"frames":`},
		{"router --connect EP --json", `{"frames":["a"]}`, 1, `document 1: a router's message .*{"frames":\["id","text"]}`},
		{"push --connect EP --json", "{\"frames\":[\"\xff\"]}", 1, `document 1: .*not UTF-8`},
		{"router --connect EP", "no tab", 1, `line 1: a router's message begins with .* a tab`},
		{"rep --bind EP --json", `hello`, 1, `document 1: `},

		{"pull --bind EP --timeout 10ms", "", 1, "no message arrived within 10ms"},
		{"sub --bind EP --timeout 10ms", "", 1, "no message arrived within 10ms"},
		{"req --connect EP --data x --timeout 10ms", "", 1, "no message arrived within 10ms"},
		{"rep --bind EP --echo --timeout 10ms", "", 1, "no message arrived within 10ms"},
		{"dealer --connect EP --data x --timeout 10ms", "", 1, "no message arrived within 10ms"},
		{"push --connect EP --data x --timeout 10ms", "", 1, "be delivered within 10ms"},
		{"push --connect EP --data x --opt linger=0", "", 1, "be delivered within 0s"},
		{"push --connect EP --data x --opt linger=10", "", 1, "be delivered within 10ms"},
		{"push --bind EP --data x --opt sndtimeo=10", "", 1, "no peer took the message within 10ms"},
		{"pull --bind EP --opt rcvtimeo=10", "", 1, "no message arrived within 10ms"},
		{"push --bind EP --data x --timeout 10ms", "", 1, "no peer took the message within 10ms"},
		{"pub --bind EP --data x --timeout 10ms", "", 1, "0 of 1 subscriptions arrived within 10ms"},
		{"router --bind EP --data id --data x --timeout 10ms", "", 1, "(routing id id|no message arrived) within 10ms"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			p := start(t, newEndpoint(t), strings.NewReader(tt.in), tt.line)
			check(t, <-p.ended, tt.code, nothing, "^actum: .*"+tt.err+".*\n$")
		})
	}
}

// Commands that wait for input, for a message, or for a peer to send to are interrupted.
func TestInterrupted(t *testing.T) {
	for _, line := range []string{
		"push --connect EP", "pull --bind EP", "pub --bind EP",
		"pub --bind EP --data x --wait 2", "pub --bind EP --wait 0", "sub --connect EP", "req --connect EP",
		"rep --bind EP", "rep --bind EP --echo", "dealer --connect EP", "router --bind EP", "pair --connect EP",
	} {
		t.Run(line, func(t *testing.T) {
			in, silent := io.Pipe()
			defer silent.Close()
			p := start(t, newEndpoint(t), in, line)
			p.interrupt()
			check(t, <-p.ended, 130, nothing, nothing)
		})
	}
}

// Messages that a command did not deliver are counted, and the exit code is 1.
func TestUndelivered(t *testing.T) {
	tests := []struct {
		line, in    string
		report      string // the report after which the command is interrupted
		undelivered string
	}{
		{"push --connect EP --data x", "", "waiting for ipc://", "1 message"},
		{"push --connect EP --data x --count 9", "", "waiting for ipc://", "9 messages"},
		{"push --connect EP", "a\nb\nc\n", "waiting for ipc://", "3 messages"},
		{"push --bind EP --data x", "", "waiting for a peer", "1 message"},
		{"push --bind EP", "a\nb\n", "waiting for a peer", "1 message"},
		{"req --connect EP --data x", "", "waiting for ipc://", "1 message"},
		{"req --bind EP --data x", "", "waiting for a peer", "1 message"},
		{"dealer --connect EP --data x", "", "waiting for ipc://", "1 message"},
		{"pair --connect EP --data x --count 1", "", "waiting for ipc://", "1 message"},
		{"pair --bind EP --data x", "", "waiting for a peer", "1 message"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			stderr := newWatchedOutput()
			p := startWith(t, newEndpoint(t), tt.line, system.Streams{In: strings.NewReader(tt.in), Err: stderr, ReportDelay: time.Millisecond})
			stderr.await(t, tt.report)
			p.interrupt()
			check(t, <-p.ended, 1, nothing, "\nactum: interrupted: "+tt.undelivered+" could not be delivered\n$")
		})
	}
}

// A command that waits reports what it is waiting for. The reason why a path cannot be
// connected to is in the system's own words.
func TestNotices(t *testing.T) {
	tests := []struct{ line, other, report string }{
		{"pull --connect EP", "", "(?m)^actum: waiting for ipc://[^ ]*: [^:]+, trying again\n"},
		{"sub --connect EP", "pull --bind EP", "actum: waiting for ipc://[^ ]*: .*SUB does not talk to PULL, trying again\n"},
		{"pull --bind EP", "sub --connect EP", "actum: waiting for a peer to connect to ipc://[^ ]* .the last one: "},
		{"pull --bind EP --connect ipc:///nowhere/s", "push --connect EP", "actum: connected, waiting for messages; ipc:///nowhere/s: [^:]+, trying again\n"},
		{"pull --bind EP", "", "^actum: waiting for a peer to connect to ipc://"},
		{"pull --bind EP", "push --connect EP", "actum: connected, waiting for messages\n"},
		{"push --connect EP --data x", "", "^actum: waiting for ipc://"},
		{"push --bind EP --data x", "", "^actum: waiting for a peer to connect to ipc://"},
		{"pub --bind EP --data x --wait 2", "sub --connect EP", "actum: waiting for subscriptions: 1 of 2\n"},
		{"req --bind EP --data x", "rep --connect EP", "actum: connected, waiting for the reply\n"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			endpoint, stderr := newEndpoint(t), newWatchedOutput()
			silent, typing := io.Pipe()
			defer typing.Close()
			p := startWith(t, endpoint, tt.line, system.Streams{In: silent, Err: stderr, ReportDelay: time.Millisecond})
			if tt.other != "" {
				other := start(t, endpoint, silent, tt.other)
				defer func() { other.interrupt(); <-other.ended }()
			}
			stderr.await(t, tt.report)
			p.interrupt()
			<-p.ended
		})
	}
	t.Run("quiet", func(t *testing.T) {
		stderr := newWatchedOutput()
		p := startWith(t, newEndpoint(t), "pull --bind EP --quiet --timeout 50ms", system.Streams{Err: stderr, ReportDelay: time.Millisecond})
		check(t, <-p.ended, 1, nothing, "^actum: no message arrived within 50ms\n$")
	})
}

func TestHelp(t *testing.T) {
	for _, line := range []string{"help", "help push", "help perf local_thr", "trace push --help", "--help", "push --help", "rep --help", "perf --help", "perf local_thr --help", "trace --help"} {
		t.Run(line, func(t *testing.T) {
			r := actum(t, line)
			check(t, r, 0, "^Usage: actum ", nothing)
			if strings.Contains(r.out, "sndhwm_bytes") {
				t.Error("the names of all options: actum options has them")
			}
		})
	}
}

// A command line without a command is answered with a list of the commands.
func TestUsage(t *testing.T) {
	check(t, actum(t, ""), 2, nothing, `(?s)^Usage: actum COMMAND .*\n  push +Send .*\n  version +Show`)
	check(t, actum(t, "perf"), 2, nothing, `(?s)^Usage: actum perf COMMAND .*\n  local_thr +Bind`)
}

// What the shells' scripts ask for is answered, for the tool's own commands and flags.
func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		check(t, actum(t, "completion "+shell), 0, "^#.*"+shell+" completion|^#compdef actum\n# "+shell, nothing)
	}
	check(t, actum(t, "__complete pu"), 0, `^push\tSend .*\npull\tReceive .*\npub\tSend .*\n$`, nothing)
	check(t, actum(t, "__complete push --opt sndhwm_"), 0, `^sndhwm_bytes=\t\n$`, nothing)
	check(t, actum(t, "__complete demo --j"), 0, `^--json\t.+\n$`, nothing)
}

// The programs that measure, and the demonstration, print one JSON object.
func TestJSON(t *testing.T) {
	for _, line := range []string{"perf inproc_thr 8 100 --json", "perf inproc_lat 8 100 -j", "demo --time 100ms -j"} {
		r := actum(t, line)
		if check(t, r, 0, `^{`, ""); !json.Valid([]byte(r.out)) {
			t.Errorf("%s: %s", line, r.out)
		}
	}
}

func TestVersion(t *testing.T) {
	for _, line := range []string{"version", "--version", "-V"} {
		check(t, actum(t, line), 0, `^actum .+, go1\..+(, \w+/\w+)?\n$`, nothing)
	}
	info := &debug.BuildInfo{Main: debug.Module{Version: "v0.2.0"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}, {Key: "GOOS", Value: "plan9"}, {Key: "GOARCH", Value: "mips"}}}
	if got, want := describeBuild(info), "actum v0.2.0, commit 0123456789ab with changes, "+runtime.Version()+", plan9/mips"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
