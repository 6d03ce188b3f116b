package completion_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/actum-go/actum/cmd/actum/internal/completion"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/proactor"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

type pull struct {
	Endpoints []string `arg:"" optional:""`
	Bind      []string `short:"b" help:"Bind to an endpoint. Repeatable."`
	JSON      bool     `short:"j" name:"json"`
	Opt       []string `short:"o"`
	Backend   string
}

type grammar struct {
	Pull pull     `cmd:"" help:"Receive."`
	Push struct{} `cmd:"" help:"Send."`
	Perf struct {
		Allocs   bool
		LocalThr struct{} `cmd:"" name:"local_thr"`
	} `cmd:""`
	Trace struct {
		Format  string   `enum:"chrome,dot" default:"dot"`
		Command []string `arg:"" optional:"" passthrough:""`
	} `cmd:""`
	Completion completion.Command `cmd:""`
	Secret     struct{}           `cmd:"" hidden:""`
}

func TestComplete(t *testing.T) {
	parser, err := kong.New(new(grammar))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		line string // its last word is completed
		want string
	}{
		{"", "pull push perf trace completion"},
		{"pu", "pull push"},
		{"posh", ""},
		{"pull --", "--help --bind --json --opt --backend"},
		{"pull --j", "--json"},
		{"pull --bind ", ""},
		{"pull -b ", ""},
		{"pull --json tcp://x --b", "--bind --backend"},
		{"pull --backend ", strings.Join(proactor.Backends(), " ")},
		{"pull --backend=si", "--backend=sim"},
		{"pull --backend = si", "sim"},
		{"pull -o rcvhwm_b", "rcvhwm_bytes="},
		{"pull tcp://x pu", ""},
		{"perf ", "local_thr"},
		{"perf local_thr --a", "--allocs"},
		{"trace --format ", "chrome dot"},
		{"trace --format dot pu", "pull push"},
		{"trace pull --j", "--json"},
		{"completion ", "bash zsh fish"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			var got []string
			for _, c := range completion.Complete(parser.Model, strings.Split(tt.line, " ")) {
				got = append(got, c.Word)
			}
			if want := strings.Fields(tt.want); !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
	if got := completion.Complete(parser.Model, []string{"pull", "--bi"}); len(got) != 1 || got[0].Help != "Bind to an endpoint." {
		t.Errorf("%+v", got)
	}
}

// What a shell makes of its script, with a stand-in for the tool; those shells that
// this system has.
func TestScripts(t *testing.T) {
	const tool = `actum() { printf '%s\n' "pull	Receive." "push	Send." "rcvhwm=	"; }
`
	tests := []struct{ shell, before, after, want string }{
		{"bash", tool, `
COMP_WORDS=(actum pu) COMP_CWORD=1
_actum
echo "${COMPREPLY[@]}"
complete -p actum`, "pull push\ncomplete -o default -F _actum actum\n"},
		{"zsh", tool + `compdef() { print $* }
_describe() { print -l ${(P)2} }
`, `
words=(actum pu) CURRENT=2
_actum`, "_actum actum\npull:Receive.\npush:Send.\nrcvhwm=:\n"},
		{"fish", `function actum; printf '%s\t%s\n' pull Receive. push Send. $argv[-1] last; end
`, `
complete -C 'actum pu'`, "pu\tlast\npull\tReceive.\npush\tSend.\n"},
	}
	for _, tt := range tests {
		shell, err := exec.LookPath(tt.shell)
		if err != nil {
			t.Logf("%s is not installed", tt.shell)
			continue
		}
		var script strings.Builder
		if err := (&completion.Command{Shell: tt.shell}).Run(system.Streams{Out: &script}); err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(t.Context(), shell, "-c", tt.before+script.String()+tt.after)
		c.Env = append(c.Environ(), "HOME="+t.TempDir())
		if out, err := c.CombinedOutput(); err != nil || string(out) != tt.want {
			t.Errorf("%s: %v, %q, want %q", tt.shell, err, out, tt.want)
		}
	}
}
