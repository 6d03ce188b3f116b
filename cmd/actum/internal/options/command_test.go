package options

import (
	"strings"
	"testing"

	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/zmq"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// Every option that can be set is listed, with a few words.
func TestOptions(t *testing.T) {
	var out strings.Builder
	if err := new(Command).Run(system.Streams{Out: &out}); err != nil {
		t.Fatal(err)
	}
	texts := about()
	for _, name := range zmq.OptionNames() {
		if texts[name] == "" {
			t.Errorf("%s: please say what it is, in its row's About", name)
		}
		if !strings.Contains("\n"+out.String(), "\n"+name+" ") {
			t.Errorf("%s is not listed", name)
		}
	}
	if len(texts) != len(zmq.OptionNames()) {
		t.Errorf("%d texts for %d options", len(texts), len(zmq.OptionNames()))
	}
	for line := range strings.Lines(out.String()) {
		if len(line) > 81 {
			t.Errorf("wider than 80 columns: %s", line)
		}
	}
}
