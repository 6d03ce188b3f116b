package result

import (
	"os"
	"regexp"
	"runtime"
)

// Machine describes what the figures depend on besides the code.
type Machine struct {
	Cores    int      `json:"cores"`
	System   string   `json:"system"` // linux/amd64
	Kernel   string   `json:"kernel"` // version, without what distributions append
	Go       string   `json:"go"`
	Versions Versions `json:"versions"`
}

// Versions maps a contender to the version or commit that was measured.
type Versions map[string]string

// ThisMachine describes where the runner runs.
func ThisMachine(v Versions) Machine {
	return Machine{
		Cores:    runtime.NumCPU(),
		System:   runtime.GOOS + "/" + runtime.GOARCH,
		Kernel:   kernel(),
		Go:       runtime.Version(),
		Versions: v,
	}
}

var release = regexp.MustCompile(`^\d+(\.\d+)*`)

// kernel is "unknown" where there is no /proc.
func kernel() string {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if version := release.Find(text); err == nil && version != nil {
		return string(version)
	}
	return "unknown"
}
