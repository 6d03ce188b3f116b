//go:build linux

package uring

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// This file decides which features of io_uring the backend uses. setup makes a ring
// and probes it; the result is a Capabilities. featureList describes the features for
// people, and parseFeatures reads the names of those to leave out.

// Capabilities are the features of the running kernel that are in use. They come from
// probes, never from the kernel's version. featureList describes them for people.
type Capabilities struct {
	SubmitAll   bool   // an entry that fails does not stop those behind it
	SkipSuccess bool   // a successful cancel posts no completion
	PollFirst   bool   // a read waits before its first attempt
	CoopTaskrun bool   // threads are not interrupted for completion work
	Issuer      bool   // one thread alone submits
	Deferred    bool   // completion work waits until that thread asks for it
	Messages    bool   // that thread is woken by a message to its ring
	Files       uint32 // operations on files that the kernel carries out, a bit for each backend.Kind
}

// featureSet is a set of the features that Options.DisabledFeatures can leave out.
type featureSet uint32

const (
	submitAll featureSet = 1 << iota
	skipSuccess
	pollFirst
	singleIssuer
	deferTaskrun
	messages
	fileOperations
)

// tuning selects features, as far as the kernel has them. The zero value is the
// default; docs/adr/0002 has the figures behind it.
type tuning struct {
	without     featureSet
	coopTaskrun bool
	locked      bool // Options.Locked: docs/adr/0010
}

// uses reports whether f is to be used if the kernel has it.
func (t tuning) uses(f featureSet) bool { return t.without&f == 0 }

// needed are the operations that the backend cannot do without.
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

// setup makes the best ring that this kernel allows, and says what it can do.
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
	if t.locked { // a locked thread without its flags gains nothing: they are never dropped
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

// threadFlags are the flags of a ring to which only one thread submits. Deferred
// completion work needs such a thread.
func (t tuning) threadFlags() uint32 {
	switch {
	case !t.uses(singleIssuer):
		return 0
	case !t.uses(deferTaskrun):
		return sys.RingSingleIssuer
	}
	return sys.RingSingleIssuer | sys.RingDeferTaskrun | sys.RingTaskrunFlag
}

// probe returns the capabilities of ring, or an error that says what is missing.
func probe(ring *sys.Ring, t tuning) (Capabilities, error) {
	const features = sys.RingFeatNoDrop | sys.RingFeatFastPoll
	if ring.Features()&features != features {
		return Capabilities{}, errors.New("uring: this kernel's io_uring lacks NODROP or FAST_POLL (Linux 5.7 has both): use the epoll backend")
	}
	if t.locked && ring.Features()&sys.RingFeatExtArg == 0 {
		return Capabilities{}, errors.New("uring: this kernel's io_uring lacks EXT_ARG (Linux 5.11 has it), which waiting on a locked thread needs: let the dispatcher park")
	}
	has, err := ring.Probe()
	if err != nil {
		return Capabilities{}, refusal("io_uring_register", err)
	}
	if _, errno := ring.Enter(0, sys.RingEnterGetEvents, true); errno != 0 && !isTransient(errno) {
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
		// Messages without a ring are newer than those between rings, so one is sent.
		Messages: t.locked && t.uses(messages) && ring.SendMessage(wakeNumber) == 0,
	}
	if t.uses(fileOperations) {
		caps.Files = probeFiles(has)
	}
	return caps, nil
}

// refusal says why one of the three io_uring system calls failed and what to do.
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

// disabledSysctl holds 0 if every process may use io_uring, 1 if only a group and
// CAP_SYS_ADMIN may, and 2 if no process may.
const disabledSysctl = "/proc/sys/kernel/io_uring_disabled"

// forbidden says what forbids io_uring, given the path of disabledSysctl.
func forbidden(sysctl string) string {
	value, err := os.ReadFile(sysctl)
	if v := strings.TrimSpace(string(value)); err == nil && v != "0" {
		return "the administrator has set kernel.io_uring_disabled=" + v +
			": set it to 0 (sysctl -w kernel.io_uring_disabled=0), or use the epoll backend"
	}
	return "a seccomp filter forbids it, as in most containers: allow io_uring_setup, io_uring_enter and io_uring_register, or use the epoll backend"
}

// feature is a feature of io_uring that a program of this kind could use.
type feature struct {
	name, about string
	set         featureSet // 0: cannot be left out
	offered     func(*kernel) bool
	used        func(*Capabilities) bool // nil: never
	why         string                   // why it is not used, where the kernel offers it
}

const (
	threadOnly = "only for a dispatcher with a thread of its own (WaitLocked)"
	noGain     = "no gain was measured: docs/adr/"
)

var featureList = []feature{
	{"submit-all", "an entry that fails does not stop those behind it", submitAll,
		setUpWith(sys.RingSubmitAll), func(c *Capabilities) bool { return c.SubmitAll }, ""},
	{"skip-success", "a cancel that succeeds is not reported", skipSuccess,
		withBit(sys.RingFeatCQESkip), func(c *Capabilities) bool { return c.SkipSuccess }, ""},
	{"poll-first", "a read waits before its first attempt", pollFirst,
		withOperation(sys.RingOpSocket), func(c *Capabilities) bool { return c.PollFirst }, ""},
	{"single-issuer", "one thread alone submits", singleIssuer,
		setUpWith(sys.RingSingleIssuer), func(c *Capabilities) bool { return c.Issuer }, threadOnly},
	{"defer-taskrun", "completion work waits until that thread asks for it", deferTaskrun,
		setUpWith(sys.RingSingleIssuer | sys.RingDeferTaskrun), func(c *Capabilities) bool { return c.Deferred }, threadOnly},
	{"message-wake", "that thread is woken by a message to its ring", messages,
		func(k *kernel) bool { return k.ring.SendMessage(wakeNumber) == 0 }, func(c *Capabilities) bool { return c.Messages }, threadOnly},
	{"file-operations", "the kernel opens, reads, writes, syncs and stats files", fileOperations,
		func(k *kernel) bool { return probeFiles(k.has) != 0 }, func(c *Capabilities) bool { return c.Files != 0 }, ""},
	{"coop-taskrun", "threads are not interrupted for completion work", 0,
		setUpWith(sys.RingCoopTaskrun), func(c *Capabilities) bool { return c.CoopTaskrun }, "completions would wait for computations: docs/adr/0002"},
	{"registered-files", "descriptors are looked up once", 0, func(*kernel) bool { return true }, nil, noGain + "0002"},
	// Buffer rings and multishot receives have no feature bit of their own. The
	// operations probed here came in the same releases.
	{"provided-buffers", "the kernel takes buffers from a ring", 0, withOperation(sys.RingOpSocket), nil, noGain + "0007"},
	{"multishot", "an accept or a receive completes again and again", 0, withOperation(sys.RingOpSendZC), nil, noGain + "0007"},
	{"min-wait", "a wait gathers completions for a while", 0, withBit(sys.RingFeatMinTimeout), nil, noGain + "0015"},
	{"vectored-send", "a send takes several buffers without a message header", 0, (*kernel).sendsVectors, nil, noGain + "0015"},
	{"zero-copy-send", "a send refers to the memory of the program", 0, withOperation(sys.RingOpSendZC), nil, noGain + "0015"},
}

// parseFeatures returns the set of the features with those names.
func parseFeatures(names []string) (set featureSet, err error) {
	for _, name := range names {
		f := findFeature(name)
		if f == nil || f.set == 0 {
			return 0, fmt.Errorf("uring: %w %q (Options.DisabledFeatures): want some of %s", backend.ErrNoFeature, name, strings.Join(optional(), ", "))
		}
		set |= f.set
	}
	return set, nil
}

func findFeature(name string) *feature {
	for i := range featureList {
		if featureList[i].name == name {
			return &featureList[i]
		}
	}
	return nil
}

// optional returns the names of the features that can be left out.
func optional() (names []string) {
	for _, f := range featureList {
		if f.set != 0 {
			names = append(names, f.name)
		}
	}
	return names
}

// Features says what this kernel offers and what is in use. It sets up rings to
// find that out, so it is slow.
func (b *Backend) Features() ([]backend.Feature, error) {
	k, err := newKernel()
	if err != nil {
		return nil, err
	}
	defer k.ring.Close()
	var list []backend.Feature
	for _, f := range featureList {
		l := backend.Feature{Name: f.name, About: f.about, Used: f.used != nil && f.used(&b.caps)}
		l.Offered = l.Used || f.offered(k)
		switch {
		case l.Used || !l.Offered:
		case !b.tuning.uses(f.set) && f.set != 0:
			l.Why = "left out (Options.DisabledFeatures)"
		default:
			l.Why = f.why
		}
		list = append(list, l)
	}
	return list, nil
}

// kernel is a small ring through which the kernel is probed.
type kernel struct {
	ring *sys.Ring
	has  func(sys.Opcode) bool
}

func newKernel() (*kernel, error) {
	ring, err := sys.SetupRing(1, 2, 0)
	if err != nil {
		return nil, refusal("io_uring_setup", err)
	}
	has, err := ring.Probe()
	if err != nil {
		ring.Close()
		return nil, refusal("io_uring_register", err)
	}
	return &kernel{ring, has}, nil
}

func withBit(feature uint32) func(*kernel) bool {
	return func(k *kernel) bool { return k.ring.Features()&feature != 0 }
}

func withOperation(op sys.Opcode) func(*kernel) bool {
	return func(k *kernel) bool { return k.has(op) }
}

// setUpWith returns a function that reports whether a ring with those flags can be
// set up.
func setUpWith(flags uint32) func(*kernel) bool {
	return func(*kernel) bool {
		ring, err := sys.SetupRing(1, 2, flags)
		if err != nil {
			return false
		}
		ring.Close()
		return true
	}
}

// sendsVectors reports whether the kernel has vectorized sends, for which there is no
// feature bit. A kernel that does not know the flag rejects it before it looks at the
// descriptor.
func (k *kernel) sendsVectors() bool {
	k.ring.Advance(k.ring.Ready())
	e := k.ring.NextSQE()
	e.Opcode, e.Ioprio, e.FD = sys.RingOpSend, sys.SQESendVectorized, -1
	k.ring.Publish()
	for k.ring.Ready() == 0 {
		if _, errno := k.ring.Enter(k.ring.Pending(), sys.RingEnterGetEvents, true); errno != 0 && errno != unix.EINTR {
			return false
		}
	}
	return k.ring.CQE(0).Res == -int32(unix.EBADF)
}
