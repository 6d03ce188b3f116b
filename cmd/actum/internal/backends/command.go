// Package backends shows the I/O backends of this system, and the kernel features
// that they use.
package backends

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/proactor"
)

// Command is `actum backends` as the command line's parser sees it.
type Command struct {
	Locked  bool     `help:"Probe for dispatchers that wait on a thread of their own."`
	Backend string   `placeholder:"NAME" help:"Probe as if this backend were asked for, as the variable ACTUM_BACKEND does."`
	Without []string `placeholder:"NAME" help:"Probe without these features."`
	JSON    bool     `name:"json" help:"As one JSON array."`
}

// Help is shown by --help.
func (Command) Help() string {
	return `Tries each backend of this system. Shows whether it works here, or why it does not, and which one would be chosen. For io_uring it lists each feature: whether this kernel offers it, whether it is used, and if not, why.

Examples:

    actum backends
    actum backends --locked
    actum backends --json | jq -r '.[] | select(.chosen).name'
    ACTUM_BACKEND=epoll actum backends`
}

// Run is called by the parser.
func (c *Command) Run(s system.Streams) error {
	o := proactor.Options{Backend: proactor.Named(c.Backend), DisabledFeatures: c.Without}
	if c.Locked {
		o.WaitMode = proactor.WaitLocked
	}
	list, err := proactor.ProbeBackends(o)
	if err != nil {
		return exit.Usagef("%w", err)
	}
	if c.JSON {
		return writeJSON(s.Out, list)
	}
	return writeTable(s.Out, list)
}

// status is a backend in JSON.
type status struct {
	Name     string    `json:"name"`
	Works    bool      `json:"works"`
	Chosen   bool      `json:"chosen"`
	ByName   bool      `json:"byName"` // taken only if asked for by name
	Refusal  string    `json:"refusal,omitempty"`
	Features []feature `json:"features,omitempty"`
}

type feature struct {
	Name    string `json:"name"`
	About   string `json:"about"`
	Offered bool   `json:"offered"`
	Used    bool   `json:"used"`
	Why     string `json:"why,omitempty"`
}

func writeJSON(w io.Writer, list []proactor.BackendStatus) error {
	var all []status
	for _, b := range list {
		s := status{Name: b.Name, Works: b.Err == nil, Chosen: b.Chosen, ByName: b.ByName}
		if b.Err != nil {
			s.Refusal = b.Err.Error()
		}
		for _, f := range b.Features {
			s.Features = append(s.Features, feature(f))
		}
		all = append(all, s)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

func writeTable(w io.Writer, list []proactor.BackendStatus) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, b := range list {
		fmt.Fprintf(t, "%s\t%s\n", b.Name, how(b))
	}
	for _, b := range list {
		if len(b.Features) > 0 {
			fmt.Fprintf(t, "\n%s\toffered\tused\twhat it is\n", b.Name)
		}
		for _, f := range b.Features {
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", f.Name, word(f.Offered), word(f.Used), about(f))
		}
	}
	return t.Flush()
}

// how describes the state of a backend in a few words.
func how(b proactor.BackendStatus) string {
	switch {
	case b.Chosen:
		return "works, and is chosen"
	case b.Err != nil:
		return "does not work here: " + b.Err.Error()
	case b.ByName:
		return "works, if asked for by name"
	}
	return "works"
}

func word(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func about(f proactor.Feature) string {
	if f.Why == "" {
		return f.About
	}
	return f.About + "; not used: " + f.Why
}
