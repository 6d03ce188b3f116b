//go:build linux

package uring

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// featureSet is a set of the features that can be left out.
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

// feature is one of io_uring's that a program of this kind could use.
type feature struct {
	name, about string
	set         featureSet // 0: it is never used
	offered     func(*kernel) bool
	used        func(*Capabilities) bool // nil: never
	why         string                   // it is not used
}

const (
	forThreads = "only where a thread of the dispatcher's own waits (WaitLocked)"
	noGain     = "it gains nothing: docs/adr/"
)

var featureList = []feature{
	{"submit-all", "an entry that fails does not stop those behind it", submitAll,
		setUpWith(sys.RingSubmitAll), func(c *Capabilities) bool { return c.SubmitAll }, ""},
	{"skip-success", "a cancel that succeeds is not reported", skipSuccess,
		withBit(sys.RingFeatCQESkip), func(c *Capabilities) bool { return c.SkipSuccess }, ""},
	{"poll-first", "a read waits before its first attempt", pollFirst,
		withOperation(sys.RingOpSocket), func(c *Capabilities) bool { return c.PollFirst }, ""},
	{"single-issuer", "one thread alone submits", singleIssuer,
		setUpWith(sys.RingSingleIssuer), func(c *Capabilities) bool { return c.Issuer }, forThreads},
	{"defer-taskrun", "completion work waits until that thread asks for it", deferTaskrun,
		setUpWith(sys.RingSingleIssuer | sys.RingDeferTaskrun), func(c *Capabilities) bool { return c.Deferred }, forThreads},
	{"message-wake", "that thread is woken by a message to its ring", messages,
		func(k *kernel) bool { return k.ring.Tell(wakeNumber) == 0 }, func(c *Capabilities) bool { return c.Messages }, forThreads},
	{"file-operations", "the kernel opens, reads, writes, syncs and stats files", fileOperations,
		func(k *kernel) bool { return probeFiles(k.has) != 0 }, func(c *Capabilities) bool { return c.Files != 0 }, ""},
	{"coop-taskrun", "threads are not interrupted for completion work", 0,
		setUpWith(sys.RingCoopTaskrun), func(c *Capabilities) bool { return c.CoopTaskrun }, "completions would wait for computations: docs/adr/0002"},
	{"registered-files", "descriptors are looked up once", 0, func(*kernel) bool { return true }, nil, noGain + "0002"},
	// Buffer rings have no bit of their own, and multishot receives none either:
	// these came in the same releases.
	{"provided-buffers", "the kernel takes buffers from a ring", 0, withOperation(sys.RingOpSocket), nil, noGain + "0007"},
	{"multishot", "an accept or a receive completes again and again", 0, withOperation(sys.RingOpSendZC), nil, noGain + "0007"},
	{"min-wait", "a wait gathers completions for a while", 0, withBit(sys.RingFeatMinTimeout), nil, noGain + "0015"},
	{"vectored-send", "a send takes several buffers without a message header", 0, (*kernel).sendsVectors, nil, noGain + "0015"},
	{"zero-copy-send", "a send refers to the memory of the program", 0, withOperation(sys.RingOpSendZC), nil, noGain + "0015"},
}

// parseFeatures is the set of those names.
func parseFeatures(names []string) (set featureSet, err error) {
	for _, name := range names {
		f := findFeature(name)
		if f == nil || f.set == 0 {
			return 0, fmt.Errorf("uring: %w %q (Options.Without): want some of %s", backend.ErrNoFeature, name, strings.Join(optional(), ", "))
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

// optional are the names of those that can be left out.
func optional() (names []string) {
	for _, f := range featureList {
		if f.set != 0 {
			names = append(names, f.name)
		}
	}
	return names
}

// Features says what this kernel offers and what is in use. It sets up rings to
// find that out: it is for people, who ask rarely.
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
			l.Why = "left out (Options.Without)"
		default:
			l.Why = f.why
		}
		list = append(list, l)
	}
	return list, nil
}

// kernel is a small ring to ask.
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

// setUpWith reports whether there can be a ring with those flags.
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

// sendsVectors has no bit to go by: a kernel that does not know the flag says so
// before it looks at the descriptor.
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
