package cli

import (
	"io"
	"os"
	"strings"
	"testing"

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
		{"nobody of that id", side{line: "dealer --connect EP --data hello", code: 130},
			side{line: "router --bind EP --count 1 --opt rcvhwm=7", in: "0x00ff\t1\n", code: 1, out: "hello",
				err: "^actum: no peer has the routing id 0x00ff: message dropped\nactum: not every message could be delivered\n$"}},
		{"pair", side{line: "pair --connect EP --count 1", in: "a\nb\n", out: "^c\n$"},
			side{line: "pair --bind EP --count 1 --data c", out: "^a\n$"}},
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
		{"push --data x", "", 2, "--bind EP or --connect EP"},
		{"push --bind nowhere", "", 2, "bind nowhere: "},
		{"push --connect tcp://127.0.0.1:*", "", 2, "connect tcp://127.0.0.1:\\*: "},
		{"push --bind udp://127.0.0.1:1", "", 2, "udp"},
		{"push --connect inproc://x", "", 2, "inproc reaches"},
		{"push --connect EP --opt hwm", "", 2, "--opt hwm: expected NAME=VALUE"},
		{"push --connect EP --opt hwm=1", "", 2, "option hwm: unknown: expected one of backlog"},
		{"push --connect EP --opt sndhwm=many", "", 2, "option sndhwm: \"many\""},
		{"push --connect EP --subscribe a", "", 2, "unknown flag --subscribe"},
		{"push --connect EP --count -1", "", 2, "count"},
		{"push --connect EP --timeout soon", "", 2, "timeout"},
		{"push --connect EP --timeout=-1s", "", 2, "negative"},
		{"push --connect EP --rate=-1", "", 2, "negative"},
		{"push --connect EP --backend nothing", "", 2, "\"nothing\""},
		{"pull --connect EP --data x", "", 2, "unknown flag --data"},
		{"pull --connect EP --opt subscribe=x", "", 2, "Subscribe"},
		{"rep --bind EP --echo --data x", "", 2, "--echo and --data"},
		{"pusch --bind EP", "", 2, `did you mean "push"`},
		{"", "", 2, `expected one of`},

		{"push --connect EP --json", `{"frames":[1]}`, 1, `document 1: .*a frame is`},
		{"push --connect EP --json", `{"frames":[]}`, 1, `document 1: .*at least one frame`},
		{"push --connect EP --json", `{"frame":["a"]}`, 1, `document 1: .*unknown field`},
		{"push --connect EP --json", `hello`, 1, `document 1: `},
		{"router --connect EP", "no tab", 1, `line 1: a router's message`},
		{"rep --bind EP --json", `hello`, 1, `document 1: `},

		{"pull --bind EP --timeout 10ms", "", 1, "no message came within 10ms"},
		{"sub --bind EP --timeout 10ms", "", 1, "no message came within 10ms"},
		{"req --connect EP --data x --timeout 10ms", "", 1, "no message came within 10ms"},
		{"rep --bind EP --echo --timeout 10ms", "", 1, "no message came within 10ms"},
		{"dealer --connect EP --data x --timeout 10ms", "", 1, "no message came within 10ms"},
		{"push --connect EP --data x --timeout 10ms", "", 1, "could be delivered within 10ms"},
		{"push --connect EP --data x --opt linger=0", "", 1, "could be delivered within 0s"},
		{"push --connect EP --data x --opt linger=10", "", 1, "could be delivered within 10ms"},
		{"push --bind EP --data x --opt sndtimeo=10", "", 1, "no peer took the message within 10ms"},
		{"pull --bind EP --opt rcvtimeo=10", "", 1, "no message came within 10ms"},
		{"push --bind EP --data x --timeout 10ms", "", 1, "no peer took the message within 10ms"},
		{"pub --bind EP --data x --timeout 10ms", "", 1, "0 of 1 subscriptions came within 10ms"},
		{"router --bind EP --data id --data x --timeout 10ms", "", 1, "(routing id id|no message came) within 10ms"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			p := start(t, newEndpoint(t), strings.NewReader(tt.in), tt.line)
			check(t, <-p.ended, tt.code, nothing, "^actum: .*"+tt.err+".*\n$")
		})
	}
}

// Commands that wait for input that does not come, for a message, or for
// somebody to take theirs.
func TestInterrupted(t *testing.T) {
	for _, line := range []string{
		"push --connect EP", "push --connect EP --data x", "push --bind EP --data x", "pull --bind EP", "pub --bind EP",
		"pub --bind EP --data x --wait 2", "pub --bind EP --wait 0", "sub --connect EP", "req --connect EP", "req --bind EP --data x",
		"rep --bind EP", "rep --bind EP --echo", "dealer --connect EP", "router --bind EP", "router --bind EP --data a --data b",
		"pair --connect EP", "pair --bind EP --data x", "push --connect EP --data x --count 9 --rate 0.001",
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

// Whoever reads standard output may have had enough of it.
func TestBrokenPipe(t *testing.T) {
	system.IgnoreBrokenPipes()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	endpoint := newEndpoint(t)
	push := start(t, endpoint, nil, "push --connect EP --data x")
	pull := Run(t.Context(), []string{"pull", "--bind", endpoint}, system.Streams{Out: w, Err: t.Output()})
	if pull != 0 {
		t.Errorf("exit code %d, want 0", pull)
	}
	check(t, <-push.ended, 0, nothing, nothing)
}

func TestHelp(t *testing.T) {
	for _, line := range []string{"--help", "push --help", "rep --help", "perf --help", "perf local_thr --help", "trace --help"} {
		t.Run(line, func(t *testing.T) { check(t, actum(t, line), 0, "^Usage: actum ", nothing) })
	}
}
