package conformance

import (
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// backendTests are about the seam: what a dispatcher relies on and its users do
// not see.
var backendTests = []struct {
	name string
	run  func(*testing.T, backend.Backend)
}{
	{"WakeBeforeWait", testWakeBeforeWait},
	{"WakeDuringWait", testWakeDuringWait},
	{"WakeFromMany", testWakeFromMany},
	{"WaitUntil", testWaitUntil},
	{"WaitZero", testWaitZero},
	{"StartDuringWait", testStartDuringWait},
	{"TakeBesideClose", testTakeBesideClose},
	{"CloseHandsBack", testCloseHandsBack},
	{"StartAfterClose", testBackendStartAfterClose},
}

// RunBackend runs the tests of the seam as subtests.
func RunBackend(t *testing.T, open func() (backend.Backend, error)) {
	for _, test := range backendTests {
		t.Run(test.name, func(t *testing.T) {
			b, err := open()
			if err != nil {
				t.Fatal(err)
			}
			test.run(t, b)
			if err := b.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			for b.Wait(0) != nil {
			}
		})
	}
}

// testWakeBeforeWait: a wake is kept for the next Wait, once.
func testWakeBeforeWait(t *testing.T, b backend.Backend) {
	for range 3 {
		b.Wake()
		b.Wake()
		if op := b.Wait(backend.NoDeadline); op != nil {
			t.Fatalf("Wait handed back %v", op)
		}
	}
}

// testWakeDuringWait has each Wait ended by a goroutine that waits for the one
// before: a wake that was lost would leave both waiting.
func testWakeDuringWait(t *testing.T, b backend.Backend) {
	const wakes = 5000
	var seen, sent int
	var mu sync.Mutex
	answered := make(chan struct{}, 1)
	go func() {
		for range wakes {
			mu.Lock()
			sent++
			mu.Unlock()
			b.Wake()
			<-answered
		}
	}()
	for seen < wakes {
		b.Wait(backend.NoDeadline)
		mu.Lock()
		if sent > seen {
			seen = sent
			answered <- struct{}{}
		}
		mu.Unlock()
	}
}

// testWakeFromMany counts work that several goroutines leave, each with a wake:
// when the last of it was left there is a Wait that returns after that.
func testWakeFromMany(t *testing.T, b backend.Backend) {
	const wakers, each = 8, 1000
	var mu sync.Mutex
	work := 0
	for range wakers {
		go func() {
			for range each {
				mu.Lock()
				work++
				mu.Unlock()
				b.Wake()
			}
		}()
	}
	for done := 0; done < wakers*each; {
		b.Wait(backend.NoDeadline)
		mu.Lock()
		done = work
		mu.Unlock()
	}
}

// testWaitUntil waits for deadlines, later and earlier ones in turn.
func testWaitUntil(t *testing.T, b backend.Backend) {
	for _, after := range []time.Duration{time.Millisecond, 3 * time.Millisecond, time.Microsecond, -time.Second, 2 * time.Millisecond} {
		deadline := b.Now() + after
		for b.Now() < deadline {
			if op := b.Wait(deadline); op != nil {
				t.Fatalf("Wait handed back %v", op)
			}
		}
	}
}

// testWaitZero: nothing waits when it was not asked to.
func testWaitZero(t *testing.T, b backend.Backend) {
	for range 10 {
		if op := b.Wait(0); op != nil {
			t.Fatalf("Wait handed back %v", op)
		}
	}
}

// opened is a listener with an accept outstanding.
func opened(t *testing.T, b backend.Backend) (backend.Handle, *backend.Op) {
	t.Helper()
	ln, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	accept := &backend.Op{Kind: backend.KindAccept, Handle: ln}
	b.Start(accept)
	return ln, accept
}

// collect waits until n operations have been handed back, and reports those
// that come twice.
func collect(t *testing.T, b backend.Backend, n int) map[*backend.Op]bool {
	t.Helper()
	got := map[*backend.Op]bool{}
	for len(got) < n {
		for op := b.Wait(backend.NoDeadline); op != nil; op = op.Next {
			if got[op] {
				t.Errorf("handed back twice: %v", op)
			}
			got[op] = true
		}
	}
	return got
}

// testStartDuringWait starts an operation while another goroutine waits: its
// completion ends the Wait.
func testStartDuringWait(t *testing.T, b backend.Backend) {
	ln, accept := opened(t, b)
	connect := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: ln.LocalAddr().String()}}
	go b.Start(connect)
	collect(t, b, 2)
	for _, op := range []*backend.Op{accept, connect} {
		if op.Err != nil || op.New == nil {
			t.Fatalf("%v: %v", op.Kind, op.Err)
		}
	}
	read := &backend.Op{Kind: backend.KindRead, Handle: accept.New, Buf: make([]byte, 9)}
	write := &backend.Op{Kind: backend.KindWrite, Handle: connect.New, Buf: []byte("x")}
	b.Start(read)
	go b.Start(write)
	collect(t, b, 2)
	if read.N != 1 || read.Err != nil || write.N != 1 || write.Err != nil {
		t.Errorf("read %d, %v, wrote %d, %v", read.N, read.Err, write.N, write.Err)
	}
}

// testTakeBesideClose takes handles that are being closed, as by the Close of the
// backend that has them: one of the two comes first, and is all that happens. (But
// where what was taken is the same handle Close may have come second.)
func testTakeBesideClose(t *testing.T, b backend.Backend) {
	const rounds = 2000
	for range rounds {
		r, w, err := b.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			r.Close()
		}()
		taken, err := b.Take(r)
		<-closed
		if err == nil {
			if _, err := taken.TryRead(make([]byte, 1)); err != backend.ErrWouldBlock && taken != r {
				t.Fatalf("taken, and closed all the same: %v", err)
			}
			taken.Close()
		} else if err != backend.ErrHandleClosed {
			t.Fatal(err)
		}
		w.Close()
	}
}

// testCloseHandsBack closes with operations outstanding.
func testCloseHandsBack(t *testing.T, b backend.Backend) {
	_, first := opened(t, b)
	_, second := opened(t, b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	got := collect(t, b, 2)
	if !got[first] || !got[second] || first.Err != backend.ErrBackendClosed || second.Err != backend.ErrBackendClosed {
		t.Errorf("handed back %v, with %v and %v", got, first.Err, second.Err)
	}
}

// testBackendStartAfterClose: what was started too late is handed back too.
func testBackendStartAfterClose(t *testing.T, b backend.Backend) {
	ln, accept := opened(t, b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	collect(t, b, 1)
	connect := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: ln.LocalAddr().String()}}
	b.Start(accept)
	b.Start(connect)
	b.Cancel(accept)
	b.Cancel(connect)
	b.Wake()
	got := map[*backend.Op]bool{}
	for op := b.Wait(0); op != nil; op = op.Next {
		got[op] = op.Err != nil && op.New == nil
	}
	if !got[accept] || !got[connect] {
		t.Errorf("accept: %v, connect: %v", accept.Err, connect.Err)
	}
}
