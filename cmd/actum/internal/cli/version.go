package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/actum-go/actum/cmd/actum/internal/system"
)

// version is `actum version`.
type version struct{}

// Run is called by the parser.
func (version) Run(s system.Streams) error {
	info, _ := debug.ReadBuildInfo()
	_, err := fmt.Fprintln(s.Out, describeBuild(info))
	return err
}

// describeBuild is the version of the module, the commit if it is known, the
// compiler and the system.
func describeBuild(info *debug.BuildInfo) string {
	if info == nil {
		info = &debug.BuildInfo{}
	}
	text := info.Main.Version
	if text == "" {
		text = "(unknown version)"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		text += ", commit " + revision[:min(12, len(revision))]
		if settings["vcs.modified"] == "true" {
			text += " with changes"
		}
	}
	text = fmt.Sprintf("actum %s, %s", text, runtime.Version())
	if system, processor := settings["GOOS"], settings["GOARCH"]; system != "" {
		text += ", " + system + "/" + processor
	}
	return text
}
