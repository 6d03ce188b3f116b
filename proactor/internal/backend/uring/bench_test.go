//go:build linux

package uring

import (
	"cmp"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/epoll"
)

// peer is one end of a ping-pong.
type peer interface {
	receive(buf []byte)
	send(buf []byte)
	flush()
}

type netPeer struct{ net.Conn }

func (p netPeer) receive(buf []byte) {
	if _, err := io.ReadFull(p.Conn, buf); err != nil {
		panic(err)
	}
}

func (p netPeer) send(buf []byte) { p.Write(buf) }
func (p netPeer) flush()          {}

// style says how bytes are moved.
type style struct {
	tryRead  bool // TryRead before starting a read
	ringSend bool // writes are operations too
}

type ringPeer struct {
	b    backend.Backend
	h    backend.Handle
	s    style
	r, w backend.Op
}

func (p *ringPeer) receive(buf []byte) {
	for n := 0; n < len(buf); {
		if p.s.tryRead {
			k, err := p.h.TryRead(buf[n:])
			if err == nil {
				n += k
				continue
			}
		}
		p.r.Kind, p.r.Handle, p.r.Buf = backend.KindRead, p.h, buf[n:]
		p.b.Start(&p.r)
		for done := false; !done; {
			for op := p.b.Wait(backend.NoDeadline); op != nil; {
				next := op.Next
				done = done || op == &p.r
				op = next
			}
		}
		if p.r.Err != nil {
			panic(p.r.Err)
		}
		n += p.r.N
	}
}

func (p *ringPeer) flush() { p.b.Wait(0) }

func (p *ringPeer) send(buf []byte) {
	if p.s.ringSend {
		p.w.Kind, p.w.Handle, p.w.Buf = backend.KindWrite, p.h, buf
		p.b.Start(&p.w)
		return
	}
	if _, err := p.h.TryWrite(buf); err != nil {
		panic(err)
	}
}

// dial connects two fresh backends to each other.
func dial(tb testing.TB, make func() backend.Backend) (a, b backend.Backend, ha, hb backend.Handle) {
	a, b = make(), make()
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	accept := &backend.Op{Kind: backend.KindAccept, Handle: l}
	connect := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: l.LocalAddr().String()}}
	b.Start(accept)
	a.Start(connect)
	for connect.New == nil {
		a.Wait(backend.NoDeadline)
	}
	for accept.New == nil {
		b.Wait(backend.NoDeadline)
	}
	return a, b, connect.New, accept.New
}

// pingPong returns how long half a round trip took, sorted.
func pingPong(a, b peer, rounds int, hand bool) []time.Duration {
	stop := func() {}
	if hand {
		h := &handOff{peer: b}
		stop = h.start()
		b = h
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer stop()
		defer b.flush()
		buf := make([]byte, 64)
		for range rounds {
			b.receive(buf)
			b.send(buf)
		}
	}()
	buf := make([]byte, 64)
	took := make([]time.Duration, rounds)
	for i := range rounds {
		t := time.Now()
		a.send(buf)
		a.receive(buf)
		took[i] = time.Since(t) / 2
		if hand {
			burn(20 * time.Microsecond)
		}
	}
	<-done
	slices.Sort(took)
	return took
}

func netPair(tb testing.TB) (net.Conn, net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		tb.Fatal(err)
	}
	return c, s
}

type contender struct {
	name string
	run  func(rounds int) []time.Duration
}

func contenders(tb testing.TB, hand bool) []contender {
	list := []contender{{"net", func(n int) []time.Duration {
		c, s := netPair(tb)
		defer c.Close()
		defer s.Close()
		return pingPong(netPeer{c}, netPeer{s}, n, hand)
	}}}
	add := func(name string, open func() (backend.Backend, error), s style) {
		list = append(list, contender{name, func(n int) []time.Duration {
			a, b, ha, hb := dial(tb, func() backend.Backend {
				x, err := open()
				if err != nil {
					tb.Fatal(err)
				}
				return x
			})
			defer a.Close()
			defer b.Close()
			return pingPong(&ringPeer{b: a, h: ha, s: s}, &ringPeer{b: b, h: hb, s: s}, n, hand)
		}})
	}
	ring := func(name string, t tuning, s style) {
		add(name, func() (backend.Backend, error) { return newBackend(0, t) }, s)
	}
	// A read after TryRead, writes as operations, and each tuning.
	add("epoll", func() (backend.Backend, error) { return epoll.New(backend.Options{}) }, style{})
	add("epoll+tryread", func() (backend.Backend, error) { return epoll.New(backend.Options{}) }, style{tryRead: true})
	ring("uring", tuning{}, style{})
	ring("uring+tryread", tuning{}, style{tryRead: true})
	ring("uring+ringsend", tuning{}, style{ringSend: true})
	ring("uring nopf", tuning{without: pollFirst}, style{})
	ring("coop", tuning{coopTaskrun: true}, style{})
	ring("coop+tryread", tuning{coopTaskrun: true}, style{tryRead: true})
	ring("coop nopf", tuning{without: pollFirst, coopTaskrun: true}, style{})
	return list
}

// burn keeps a thread busy without entering the kernel.
func burn(d time.Duration) {
	for t := time.Now(); time.Since(t) < d; {
	}
}

// handOff is a peer that hands each message to another goroutine, which computes with
// it. That goroutine runs next on the thread that has submitted the next read.
type handOff struct {
	peer
	work chan struct{}
}

func (h *handOff) send(buf []byte) {
	h.peer.send(buf)
	select {
	case h.work <- struct{}{}:
	default:
	}
}

func (h *handOff) start() (stop func()) {
	h.work = make(chan struct{}, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range h.work {
			burn(300 * time.Microsecond)
		}
	}()
	return func() { close(h.work); <-done }
}

const runs = 9

// measure runs all contenders in turn, and reports the median over the runs of
// their median, their 99th percentile, and of the ratio of both to package
// net's in the same run.
func measure(b *testing.B, rounds int, handOff bool) {
	list := contenders(b, handOff)
	results := make([]result, len(list))
	for range runs {
		for i, c := range list {
			took := c.run(rounds)
			results[i].p50 = append(results[i].p50, took[rounds/2])
			results[i].p99 = append(results[i].p99, took[rounds*99/100])
		}
	}
	for i, c := range list {
		r, net := &results[i], &results[0]
		b.Logf("%-14s p50 %6.2f µs, %.2f of net's   p99 %6.2f µs, %.2f of net's", c.name,
			micros(median(r.p50)), median(ratios(r.p50, net.p50)),
			micros(median(r.p99)), median(ratios(r.p99, net.p99)))
	}
}

type result struct{ p50, p99 []time.Duration }

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func ratios(a, b []time.Duration) []float64 {
	r := make([]float64, len(a))
	for i := range a {
		r[i] = float64(a[i]) / float64(b[i])
	}
	return r
}

func median[T cmp.Ordered](v []T) T {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

func BenchmarkPingPong(b *testing.B)        { measure(b, 3000, false) }
func BenchmarkPingPongHandOff(b *testing.B) { measure(b, 1000, true) }
