//go:build linux

package uring

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/sys"
)

// Capabilities are what is in use of what the running kernel has. Nothing is
// concluded from its version. features.go is the list for people.
type Capabilities struct {
	SubmitAll   bool   // an entry that fails does not stop those behind it
	SkipSuccess bool   // a successful cancel posts no completion
	PollFirst   bool   // a read waits before its first attempt
	CoopTaskrun bool   // threads are not interrupted for completion work
	Issuer      bool   // one thread alone submits
	Deferred    bool   // completion work waits until that thread asks for it
	Messages    bool   // that thread is woken by a message to its ring
	Files       uint32 // operations on files, a bit for each backend.Kind
}

// tuning is what may be chosen, as far as the kernel has it. The zero value is the
// default; docs/adr/0002 has the figures behind it.
type tuning struct {
	without     featureSet
	coopTaskrun bool
	locked      bool // an option of the package's: ADR 10
}

// uses reports whether it is to be used, if the kernel has it.
func (t tuning) uses(f featureSet) bool { return t.without&f == 0 }

// needed are the operations without which there is no backend.
var needed = []struct {
	op   sys.Opcode
	name string
}{
	{sys.RingOpReadV, "READV"},
	{sys.RingOpWriteV, "WRITEV"},
	{sys.RingOpPollAdd, "POLL_ADD"},
	{sys.RingOpSendMsg, "SENDMSG"},
	{sys.RingOpRecvMsg, "RECVMSG"},
	{sys.RingOpAccept, "ACCEPT"},
	{sys.RingOpAsyncCancel, "ASYNC_CANCEL"},
	{sys.RingOpConnect, "CONNECT"},
	{sys.RingOpRead, "READ"},
	{sys.RingOpWrite, "WRITE"},
	{sys.RingOpSend, "SEND"},
	{sys.RingOpRecv, "RECV"},
}

// setup makes the best ring that this kernel allows, and says what it is.
func setup(entries uint32, t tuning) (*sys.Ring, Capabilities, error) {
	ring, err := setupRing(entries, t)
	if err != nil {
		return nil, Capabilities{}, refusal("io_uring_setup", err)
	}
	caps, err := probe(ring, t)
	if err != nil {
		ring.Close()
		return nil, Capabilities{}, err
	}
	return ring, caps, nil
}

// setupRing asks for all the flags wanted, then for fewer: a kernel answers
// EINVAL to a flag that it does not know.
func setupRing(entries uint32, t tuning) (*sys.Ring, error) {
	var flags uint32
	if t.uses(submitAll) {
		flags |= sys.RingSubmitAll
	}
	if t.locked { // without these there is no point in it: they are not dropped
		return sys.SetupRing(entries, entries*completionsPerEntry, flags|t.threadFlags())
	}
	if t.coopTaskrun {
		flags |= sys.RingCoopTaskrun | sys.RingTaskrunFlag
	}
	ring, err := sys.SetupRing(entries, entries*completionsPerEntry, flags)
	for _, drop := range []uint32{sys.RingCoopTaskrun | sys.RingTaskrunFlag, sys.RingSubmitAll} {
		if !errors.Is(err, unix.EINVAL) {
			break
		}
		flags &^= drop
		ring, err = sys.SetupRing(entries, entries*completionsPerEntry, flags)
	}
	return ring, err
}

// threadFlags are those of a ring that one thread alone submits to. Deferring
// takes there to be such a thread.
func (t tuning) threadFlags() uint32 {
	switch {
	case !t.uses(singleIssuer):
		return 0
	case !t.uses(deferTaskrun):
		return sys.RingSingleIssuer
	}
	return sys.RingSingleIssuer | sys.RingDeferTaskrun | sys.RingTaskrunFlag
}

// probe fills in the capabilities, or says what is missing.
func probe(ring *sys.Ring, t tuning) (Capabilities, error) {
	const features = sys.RingFeatNoDrop | sys.RingFeatFastPoll
	if ring.Features()&features != features {
		return Capabilities{}, errors.New("uring: this kernel's io_uring lacks NODROP or FAST_POLL (Linux 5.7 has both): use the epoll backend")
	}
	if t.locked && ring.Features()&sys.RingFeatExtArg == 0 {
		return Capabilities{}, errors.New("uring: this kernel's io_uring lacks EXT_ARG (Linux 5.11 has it), which waiting on a locked thread needs: let it park")
	}
	has, err := ring.Probe()
	if err != nil {
		return Capabilities{}, refusal("io_uring_register", err)
	}
	if _, errno := ring.Enter(0, sys.RingEnterGetEvents, true); errno != 0 && !passing(errno) {
		return Capabilities{}, refusal("io_uring_enter", errno)
	}
	var missing []string
	for _, n := range needed {
		if !has(n.op) {
			missing = append(missing, n.name)
		}
	}
	if missing != nil {
		return Capabilities{}, fmt.Errorf("uring: this kernel's io_uring lacks %s: use the epoll backend", strings.Join(missing, ", "))
	}
	caps := Capabilities{
		SubmitAll:   ring.Flags()&sys.RingSubmitAll != 0,
		CoopTaskrun: ring.Flags()&sys.RingCoopTaskrun != 0,
		Issuer:      ring.Flags()&sys.RingSingleIssuer != 0,
		Deferred:    ring.Flags()&sys.RingDeferTaskrun != 0,
		SkipSuccess: t.uses(skipSuccess) && ring.Features()&sys.RingFeatCQESkip != 0,
		// POLL_FIRST has no bit of its own; SOCKET came in the same release.
		PollFirst: t.uses(pollFirst) && has(sys.RingOpSocket),
		// Messages from those who have no ring are younger than those between rings.
		Messages: t.locked && t.uses(messages) && ring.Tell(wakeNumber) == 0,
	}
	if t.uses(fileOperations) {
		caps.Files = probeFiles(has)
	}
	return caps, nil
}

// refusal says why one of the three system calls failed and what to do.
func refusal(call string, err error) error {
	why := "use the epoll backend"
	switch {
	case errors.Is(err, unix.ENOSYS):
		why = "this kernel has no io_uring, or a sandbox hides it: use the epoll backend"
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		why = forbidden(disabledSysctl)
	case errors.Is(err, unix.ENOMEM):
		why = "too little lockable memory, of which a ring of 256 entries takes 84 KiB: raise RLIMIT_MEMLOCK (ulimit -l), " +
			"lower Options.RingEntries, or use the epoll backend"
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		why = "raise RLIMIT_NOFILE (ulimit -n)"
	}
	return fmt.Errorf("uring: %w: %s", os.NewSyscallError(call, err), why)
}

// disabledSysctl holds 0: everybody may, 1: only a group and CAP_SYS_ADMIN,
// 2: nobody.
const disabledSysctl = "/proc/sys/kernel/io_uring_disabled"

// forbidden says who forbids it, given that file.
func forbidden(sysctl string) string {
	value, err := os.ReadFile(sysctl)
	if v := strings.TrimSpace(string(value)); err == nil && v != "0" {
		return "the administrator has set kernel.io_uring_disabled=" + v +
			": set it to 0 (sysctl -w kernel.io_uring_disabled=0), or use the epoll backend"
	}
	return "a seccomp filter forbids it, as in most containers: allow io_uring_setup, io_uring_enter and io_uring_register, or use the epoll backend"
}
