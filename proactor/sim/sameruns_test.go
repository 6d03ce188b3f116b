package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// A seed gives the same run in each version, so that the seed of a failure that was
// reported still shows that failure. A change of the simulation that changes runs has
// to be wanted: then the new sums belong here.
func TestRunsStayTheSame(t *testing.T) {
	if racecheck.Enabled {
		return // it finds nothing in runs of one goroutine, and makes them ten times as slow
	}
	for _, c := range []struct {
		name     string
		faults   Faults
		backends int
		sum      uint64
	}{
		{"no faults", Faults{}, 1, 0xef574da2d2a618ad},
		{"mild", Mild(), 1, 0xa3fad7a9655b3e0a},
		{"rough", Rough(), 1, 0x618888463e9d5a09},
		{"all", everything(0.2), 1, 0xbe6f996924fb72a4},
		{"rare", everything(0.02), 1, 0x8bb88501cfcd6e40},
		{"frequent", everything(0.8), 1, 0x11e676739ef93276},
		{"small", Faults{Buffer: 5, Delay: 0.3, ShortWrite: 0.3}, 1, 0xc5b29c133cd7a994},
		{"two", Faults{}, 2, 0x1f8a3f2c57b195db},
		{"two, rough", Rough(), 2, 0x91d7067a835ab4da},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sum uint64
			for seed := range uint64(12) {
				sum = sum*31 + runScript(t, seed, c.faults, c.backends)
			}
			if sum != c.sum {
				t.Errorf("the sum of the runs is %#x, want %#x", sum, c.sum)
			}
		})
	}
}

// everything is a set of faults that has each with probability p.
func everything(p float64) Faults {
	return Faults{
		ShortRead: p, ShortWrite: p, WouldBlock: p, Delay: p, Stall: p, Reorder: p, Reset: p / 10, Refuse: p, DelayDial: p,
		DelayAccept: p, AbortAccept: p, Lose: p, Duplicate: p, CancelLoses: p, DiskError: p, DiskFull: p,
		MaxDelay: 300 * time.Microsecond, Buffer: 700,
	}
}

// script is a run that uses everything that a backend offers, in an order that depends
// on a seed.
type script struct {
	n        *Network
	backends []*attachment
	rng      *rand.PCG
	handles  []backend.Handle
	ops      []*backend.Op
	pool     *backend.Pool
	held     []*backend.PoolBuffer
	stops    []func()
	sum      uint64
}

// runScript returns a sum of everything that happens in a run.
func runScript(t *testing.T, seed uint64, f Faults, backends int) uint64 {
	s := &script{n: NewNetwork(seed, f), rng: rand.NewPCG(seed, 42), pool: backend.NewPool(50, 2)}
	for range backends {
		s.backends = append(s.backends, attach(t, settings{Network: s.n}).attachment)
	}
	s.n.WriteFile(filepath.FromSlash("/data/old"), make([]byte, 3000))
	for range 3 {
		s.listen()
		s.bind()
	}
	for range 400 {
		s.act()
		s.dispatch()
	}
	s.note(len(s.handles), s.n.Open())
	for _, b := range s.backends {
		s.note(b.Close())
		s.take(b, 0)
	}
	for _, b := range s.held {
		b.Release()
	}
	s.note(s.n.Open(), s.pool.Free(), fmt.Sprint(s.n.Counts()), len(s.n.Files()))
	return s.sum ^ s.n.Digest()
}

// note adds values to the sum.
func (s *script) note(values ...any) {
	h := fnv.New64a()
	_ = binary.Write(h, binary.LittleEndian, s.sum)
	for _, v := range values {
		if err, ok := v.(error); ok {
			v = reason(err)
		}
		fmt.Fprintln(h, v)
	}
	s.sum = h.Sum64()
}

// reason is the text of an error, the same on each system: some have one number for
// several errors.
func reason(err error) string {
	for i, same := range [][]error{
		{io.EOF}, {io.ErrUnexpectedEOF}, {backend.ErrCanceled}, {backend.ErrHandleClosed}, {backend.ErrBackendClosed}, {backend.ErrWouldBlock},
		{backend.ErrWrongHandle}, {backend.ErrWriteClosed}, {backend.ErrBusy}, {backend.ErrNotSocket}, {backend.ErrOtherBackend}, {os.ErrInvalid},
		{backend.ECONNRESET}, {backend.ECONNREFUSED}, {backend.ECONNABORTED}, {backend.EPIPE, backend.ENOREADER}, {backend.ETIMEDOUT},
		{backend.EADDRINUSE}, {backend.EBADF, backend.EWRONGEND}, {backend.ENOENT}, {backend.EMFILE}, {errDisk}, {errFull},
		{syscall.EISDIR}, {syscall.EEXIST}, {syscall.EINVAL}, {errNoPort},
	} {
		if slices.ContainsFunc(same, func(known error) bool { return errors.Is(err, known) }) {
			return fmt.Sprint("error ", i)
		}
	}
	return fmt.Sprintf("%T", err)
}

func (s *script) below(n int) int { return int(s.rng.Uint64() % uint64(n)) }

func (s *script) backend() *attachment { return s.backends[s.below(len(s.backends))] }

func (s *script) handle() backend.Handle {
	if len(s.handles) == 0 {
		return nil
	}
	return s.handles[s.below(len(s.handles))]
}

// owner is the backend of h.
func (s *script) owner(h backend.Handle) *attachment {
	switch h := h.(type) {
	case *stream:
		return h.b
	case *listener:
		return h.b
	case *packet:
		return h.b
	case *file:
		return h.b
	}
	return s.backends[0]
}

func (s *script) add(h backend.Handle, err error) {
	s.note(h != nil, err)
	if err == nil {
		s.note(h.LocalAddr(), h.RemoteAddr())
		s.handles = append(s.handles, h)
	}
}

func (s *script) options() *backend.SocketOptions {
	if s.below(2) == 0 {
		return nil
	}
	o := &backend.SocketOptions{SendBuffer: s.below(90), RecvBuffer: s.below(90), Backlog: s.below(3)}
	if s.below(2) == 0 {
		o.LocalAddr = fmt.Sprintf("127.0.0.%d:%d", s.below(3), s.below(3))
	}
	return o
}

func (s *script) listen() {
	at := [][2]string{{"tcp", "127.0.0.1:0"}, {"tcp", "127.0.0.1:80"}, {"tcp4", "0.0.0.0:80"}, {"tcp6", "[::]:80"}, {"tcp", "[::1]:80"}, {"unix", "/a"}, {"tcp", ":81"}}[s.below(7)]
	s.add(s.backend().Listen(at[0], at[1], s.options()))
}

func (s *script) bind() {
	at := [][2]string{{"udp", "127.0.0.1:0"}, {"udp", "127.0.0.1:53"}, {"udp4", "0.0.0.0:54"}, {"udp6", "[::]:55"}, {"unixgram", "/d"}, {"unixgram", "/e"}}[s.below(6)]
	s.add(s.backend().ListenPacket(at[0], at[1], s.options()))
}

func (s *script) connect() {
	to := [][2]string{{"tcp", "127.0.0.1:80"}, {"tcp", "[::1]:80"}, {"tcp", "0.0.0.0:81"}, {"unix", "/a"}, {"unix", "/b"},
		{"udp", "127.0.0.1:53"}, {"udp", "127.0.0.1:54"}, {"udp", "[::1]:55"}, {"unixgram", "/d"}, {"tcp", "nonsense"}}[s.below(10)]
	if l, ok := s.handle().(*listener); ok && s.below(2) == 0 {
		to = [2]string{l.network, l.LocalAddr().String()}
	}
	o := s.options()
	if o != nil && backend.IsUnix(to[0]) {
		o.LocalAddr = []string{"", fmt.Sprint("/own", s.below(3))}[s.below(2)]
	}
	s.start(s.backend(), &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: to[0], Address: to[1], Socket: o}})
}

func (s *script) open() {
	name := filepath.FromSlash([]string{"/data/old", "/data/new", "/data", "", "other\x00", "/data/x"}[s.below(6)])
	flag := []int{os.O_RDONLY, os.O_WRONLY, os.O_RDWR}[s.below(3)] | []int{0, os.O_CREATE, os.O_CREATE | os.O_EXCL, os.O_TRUNC, os.O_APPEND}[s.below(5)]
	s.start(s.backend(), &backend.Op{Kind: backend.KindOpen, Args: &backend.OpenArgs{Name: name, Flag: flag, Perm: 0o751}})
}

func (s *script) start(b *attachment, op *backend.Op) {
	s.ops = append(s.ops, op)
	b.Start(op)
}

func (s *script) bytes(most int) []byte {
	b := make([]byte, s.below(most))
	for i := range b {
		b[i] = byte(s.below(256))
	}
	return b
}

// operate starts an operation, of any kind, on h.
func (s *script) operate(h backend.Handle) {
	op := &backend.Op{Handle: h, Off: int64(s.below(4000) - 10)}
	switch h.(type) {
	case *stream:
		op.Kind = []backend.Kind{backend.KindRead, backend.KindReadV, backend.KindReceive, backend.KindWrite, backend.KindWriteV, backend.KindTransmitFile}[s.below(6)]
	case *packet:
		op.Kind = []backend.Kind{backend.KindReceiveFrom, backend.KindSendTo}[s.below(2)]
	case *file:
		op.Kind = []backend.Kind{backend.KindReadAt, backend.KindWriteAt, backend.KindSync, backend.KindStat}[s.below(4)]
	default:
		op.Kind = backend.KindAccept
	}
	if s.below(30) == 0 {
		op.Kind = backend.KindRead // perhaps not one for h
	}
	size := []int{1, 2, 20, 200, 2000}[s.below(5)]
	switch op.Kind {
	case backend.KindReadV, backend.KindWriteV:
		op.Vec = [][]byte{s.bytes(size), nil, s.bytes(size)}
	case backend.KindReceive:
		op.Args = &backend.ReceiveArgs{Pool: s.pool}
	case backend.KindStat:
		op.Args = new(backend.Stat)
	case backend.KindReceiveFrom, backend.KindSendTo:
		op.Buf = s.bytes(size)
		d := new(backend.Datagram)
		if to, ok := s.handle().(*packet); ok && s.below(3) > 0 {
			d.Addr = to.source(endpoint{})
		}
		op.Args = d
	case backend.KindTransmitFile:
		t := &backend.Transmission{Header: s.bytes(size), Trailer: s.bytes(size)}
		if f, ok := s.handle().(*file); ok || s.below(10) == 0 {
			if t.File = s.handle(); ok {
				t.File = f
			}
			t.Offset, t.Length = int64(s.below(50)), int64(s.below(200))
		}
		t.Reset(op)
		op.Args = t
	default:
		op.Buf = s.bytes(size)
	}
	s.start(s.owner(h), op)
}

// try calls one of the methods that do not wait.
func (s *script) try(h backend.Handle) {
	defer func() { s.note(recover() != nil) }() // there may be an outstanding operation
	switch s.below(4) {
	case 0:
		b := s.bytes(100)
		n, err := h.TryRead(b)
		s.note(n, err, b)
	case 1:
		n, err := h.TryWrite(s.bytes(100))
		s.note(n, err)
	case 2:
		n, err := h.TryWriteV([][]byte{s.bytes(50), s.bytes(50)})
		s.note(n, err)
	case 3:
		if x, ok := h.(backend.HangUps); ok {
			s.note(x.HungUp())
		}
	}
}

func (s *script) act() {
	h := s.handle()
	what := s.below(40)
	if h == nil && what < 25 {
		what = 25
	}
	switch what {
	case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14:
		s.operate(h)
	case 15, 16, 17, 18:
		s.try(h)
	case 19:
		h.Cancel()
	case 20:
		s.note(h.CloseWrite())
	case 21:
		if s.below(3) == 0 {
			s.note(h.Close())
		}
	case 22:
		taken, err := s.backend().Take(h)
		s.note(taken != nil, err)
	case 23:
		s.note(s.n.Step())
	case 24:
		s.n.Advance(time.Duration(s.below(1000)) * time.Microsecond)
	case 25:
		s.listen()
	case 26:
		s.bind()
	case 27, 28, 29:
		s.connect()
	case 30:
		s.open()
	case 31:
		r, w, err := s.backend().Pipe()
		s.add(r, err)
		s.add(w, err)
	case 32, 33, 34:
		if len(s.ops) > 0 {
			s.backends[0].Cancel(s.ops[s.below(len(s.ops))])
		}
	case 35:
		if s.below(5) == 0 {
			s.backend().CancelAll()
		}
	case 36:
		s.n.Exhaust(s.below(3) == 0)
	case 37:
		stop := s.backend().Notify(func(sig os.Signal) { s.note(sig.String()) }, []os.Signal{os.Interrupt})
		s.stops = append(s.stops, stop)
		s.note(s.n.Raise(os.Interrupt), s.n.Raise(os.Kill))
		if s.below(2) == 0 {
			s.stops[s.below(len(s.stops))]()
		}
	case 38:
		for _, b := range s.held {
			b.Release()
		}
		s.held = nil
	case 39:
		name := filepath.FromSlash("/data/new")
		data, err := s.n.ReadFile(name)
		s.note(data, err)
		if s.below(4) == 0 {
			s.note(s.n.RemoveFile(name))
		}
	}
}

// dispatch takes what has completed.
func (s *script) dispatch() {
	if s.below(2) == 0 {
		return
	}
	deadline := time.Duration(0)
	if len(s.backends) == 1 && s.below(3) == 0 {
		deadline = s.n.Now() + time.Duration(s.below(500))*time.Microsecond
	}
	for _, b := range s.backends {
		s.take(b, deadline)
	}
}

func (s *script) take(b *attachment, deadline time.Duration) {
	for op := b.Wait(deadline); op != nil; {
		next := op.Next
		s.note(int(op.Kind), op.N, op.Err, slices.Index(s.ops, op), op.Buf, op.Vec)
		switch args := op.Args.(type) {
		case *backend.ReceiveArgs:
			if args.Buffer != nil {
				s.note(args.Buffer.Bytes())
				s.held = append(s.held, args.Buffer)
			}
		case *backend.Datagram:
			s.note(args.Addr.String(), args.Truncated)
		case *backend.Stat:
			s.note(filepath.ToSlash(args.Name), args.Size, args.Mode, args.ModTime.UnixNano())
		}
		if op.New != nil {
			s.add(op.New, op.Err)
		}
		op = next
	}
	s.note(b.Now())
}
