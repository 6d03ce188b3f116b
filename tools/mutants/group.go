//go:build unix

package mutants

import (
	"os/exec"
	"syscall"
)

// endWith puts the command and what it starts into a process group, and ends all
// of it when the command's context is cancelled. Otherwise a script that starts tests
// would leave them running.
func endWith(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
