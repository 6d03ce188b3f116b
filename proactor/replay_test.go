package proactor_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/replay"
)

// talk is a conversation with everything that can differ from run to run: a server
// that echoes, clients that send a number of messages, a timer, a connect that is
// refused, and a client that leaves in the middle. Each completion is added to a
// digest, and to lines for error texts.
type talk struct {
	d       *proactor.Dispatcher
	digest  uint64
	lines   []string
	ln      *proactor.Handle
	accept  proactor.Operation
	refused proactor.Operation
	timer   proactor.Operation
	open    int // streams, at both ends
	ticks   int
	seed    int64 // changes what is sent
}

// talker is one end of a stream.
type talker struct {
	t                    *talk
	name                 string
	h                    *proactor.Handle
	connect, read, write proactor.Operation
	buf                  [64]byte
	sent                 int
	rng                  *rand.Rand // of a client
}

const talkRounds = 20

func newTalk(t *testing.T, o proactor.Options, seed int64) *talk {
	t.Helper()
	k := &talk{d: newDispatcher(t, o), seed: seed}
	var err error
	if k.ln, err = k.d.Listen("tcp", "127.0.0.1:0", nil); err != nil {
		t.Fatal(err)
	}
	gone, err := k.d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	k.accept.Handler, k.refused.Handler, k.timer.Handler = k, k, k
	k.ln.AcceptMultishot(&k.accept)
	k.d.Connect(&k.refused, "tcp", gone.LocalAddr().String(), nil)
	k.d.StartTimer(&k.timer, time.Millisecond)
	for i := range 3 {
		c := &talker{t: k, name: fmt.Sprint("client ", i), rng: rand.New(rand.NewSource(seed + int64(i)))}
		c.connect.Handler, c.read.Handler, c.write.Handler = c, c, c
		k.open++
		k.d.Connect(&c.connect, "tcp", k.ln.LocalAddr().String(), nil)
	}
	return k
}

// note adds a completion to the digest and the lines.
func (k *talk) note(who string, op *proactor.Operation, data []byte) {
	h := fnv.New64a()
	line := fmt.Sprintf("%s: %v %d %v %x at %v", who, op.Kind(), op.N(), op.Err(), data, k.d.Now())
	fmt.Fprintf(h, "%d %s", k.digest, line)
	k.digest = h.Sum64()
	k.lines = append(k.lines, line)
}

func (k *talk) HandleCompletion(op *proactor.Operation) {
	k.note("main", op, nil)
	switch {
	case op == &k.timer && op.Err() == nil:
		if k.ticks++; k.ticks < 5 {
			k.d.StartTimer(&k.timer, time.Millisecond)
		}
		k.stopIfDone()
	case op == &k.accept && op.Err() == nil:
		s := &talker{t: k, name: "server " + op.Handle().RemoteAddr().String(), h: op.Handle()}
		s.read.Handler, s.write.Handler = s, s
		k.open++
		s.h.Read(&s.read, s.buf[:])
	}
}

// stopIfDone stops the dispatcher when all streams are closed.
func (k *talk) stopIfDone() {
	if k.open == 0 && k.ticks == 5 && !k.refused.Outstanding() {
		k.d.Stop()
	}
}

func (c *talker) leave() {
	c.h.Close()
	c.t.open--
	c.t.stopIfDone()
}

func (c *talker) HandleCompletion(op *proactor.Operation) {
	var data []byte
	if op == &c.read {
		data = c.buf[:op.N()]
	}
	c.t.note(c.name, op, data)
	switch {
	case op == &c.connect && op.Err() == nil:
		c.h = op.Handle()
		c.send()
	case op.Err() != nil:
		if c.h != nil && !c.read.Outstanding() && !c.write.Outstanding() {
			c.leave()
		}
	case op == &c.write && c.rng != nil, op == &c.write:
		c.h.Read(&c.read, c.buf[:])
	case c.rng != nil && c.sent < talkRounds:
		c.send()
	case c.rng != nil:
		c.leave()
	default:
		c.h.WriteV(&c.write, [][]byte{c.buf[:1], c.buf[1:op.N()]})
	}
}

// send writes bytes that depend on the seed; every fifth time without an operation.
func (c *talker) send() {
	c.sent++
	b := make([]byte, 1+c.rng.Intn(60))
	c.rng.Read(b)
	if c.sent%5 == 0 {
		if n, err := c.h.TryWrite(b); err == nil && n > 0 {
			c.h.Read(&c.read, c.buf[:])
			return
		}
	}
	c.h.Write(&c.write, b)
}

// recorded runs a conversation on a real backend and returns its journal.
func recorded(t *testing.T, name string) (*talk, []byte) {
	t.Helper()
	var journal bytes.Buffer
	k := newTalk(t, proactor.Options{Backend: replay.ToJournal(&journal, proactor.Named(name))}, 1)
	if err := k.d.Run(); err != nil {
		t.Fatal(err)
	}
	if err := k.d.Close(); err != nil {
		t.Fatal(err)
	}
	return k, journal.Bytes()
}

// The completions of a real run over tcp come again from its journal alone, in the same
// order, with the same bytes, errors and times.
func TestReplay(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			first, journal := recorded(t, name)
			for range 2 {
				again := newTalk(t, proactor.Options{Backend: replay.FromJournal(bytes.NewReader(journal), replay.Options{})}, 1)
				if err := again.d.Run(); err != nil {
					t.Fatal(err)
				}
				if err := again.d.Close(); err != nil {
					t.Error(err)
				}
				if again.digest != first.digest {
					t.Fatalf("digest %x, want %x: the run was\n%s\nand the replay\n%s", again.digest, first.digest, strings.Join(first.lines, "\n"), strings.Join(again.lines, "\n"))
				}
			}
			said := strings.Join(first.lines, "\n")
			if len(first.lines) < 3*talkRounds*2 || !strings.Contains(said, "main: connect 0 dial") || !strings.Contains(said, "EOF") {
				t.Errorf("the run was only\n%s", said)
			}
			t.Logf("%d completions, a journal of %d bytes", len(first.lines), len(journal))
		})
	}
}

// errors.Is finds the same in a replayed error as in the run.
func TestReplayErrors(t *testing.T) {
	_, journal := recorded(t, "")
	k := newTalk(t, proactor.Options{Backend: replay.FromJournal(bytes.NewReader(journal), replay.Options{})}, 1)
	if err := k.d.Run(); err != nil {
		t.Fatal(err)
	}
	if err := k.refused.Err(); !errors.Is(err, backend.ECONNREFUSED) {
		t.Errorf("the refused connect failed with %v", err)
	}
	k.d.Close()
	if err := k.accept.Err(); !errors.Is(err, proactor.ErrClosed) {
		t.Errorf("the accept that was outstanding ended with %v", err)
	}
}

// A replay fails and ends if the program does something else than in the run, and if
// its journal is cut off or damaged.
func TestReplayDiverges(t *testing.T) {
	_, journal := recorded(t, "")
	damaged := bytes.Clone(journal)
	for i := len(damaged) / 2; i < len(damaged); i++ {
		damaged[i] = 0xff
	}
	tests := map[string]struct {
		journal []byte
		seed    int64
	}{
		"other bytes": {journal, 2},
		"cut off":     {journal[:len(journal)/2], 1},
		"damaged":     {damaged, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t, proactor.Options{Backend: replay.FromJournal(bytes.NewReader(tt.journal), replay.Options{})}, tt.seed)
			var watch proactor.Operation // the conversation may not end by itself
			watch.Handler = proactor.HandlerFunc(func(*proactor.Operation) { k.d.Stop() })
			k.d.StartTimer(&watch, time.Hour)
			if err := k.d.Run(); err != nil {
				t.Fatal(err)
			}
			if err := k.accept.Err(); !errors.Is(err, replay.ErrDiverged) {
				t.Errorf("the accept ended with %v", err)
			}
			if err := k.d.Close(); !errors.Is(err, replay.ErrDiverged) {
				t.Errorf("Close returned %v", err)
			}
		})
	}
}

func TestReplayOptions(t *testing.T) {
	for want, o := range map[string]proactor.Options{
		"RequestTimeout":         {Backend: replay.FromJournal(strings.NewReader(""), replay.Options{RequestTimeout: -1})},
		"\"abacus\"":             {Backend: replay.ToJournal(io.Discard, proactor.Named("abacus"))},
		"never run the same way": {Pool: proactor.Pool{Max: 2}, Backend: replay.ToJournal(io.Discard, nil)},
		"not a journal":          {Backend: replay.FromJournal(strings.NewReader("hello"), replay.Options{})},
	} {
		if _, err := proactor.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

// Close reports that a journal could not be written.
func TestJournalFails(t *testing.T) {
	d := newDispatcher(t, proactor.Options{Backend: replay.ToJournal(fullDisk{}, nil)})
	if err := d.Close(); !errors.Is(err, errFull) || !strings.Contains(err.Error(), "journal") {
		t.Errorf("the error is %v", err)
	}
}

type fullDisk struct{}

var errFull = errors.New("full")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }
