package conformance

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

type backendTest struct {
	name string
	run  func(*testing.T, backend.Backend)
}

// backendTests test the contract between dispatcher and backend, which users of a
// dispatcher do not see.
var backendTests = []backendTest{
	{"WakeBeforeWait", testWakeBeforeWait},
	{"WakeDuringWait", testWakeDuringWait},
	{"WakeFromMany", testWakeFromMany},
	{"WaitUntil", testWaitUntil},
	{"WaitZero", testWaitZero},
	{"StartDuringWait", testStartDuringWait},
	{"TakeDuringClose", testTakeDuringClose},
	{"CloseHandsBack", testCloseHandsBack},
	{"StartAfterClose", testBackendStartAfterClose},
}

// spinTests are for the backends that spin.
var spinTests = []backendTest{
	{"Spin", testSpin},
	{"SpinEnds", testSpinEnds},
	{"SpinAmongSeveral", testSpinAmongSeveral},
	{"SpinThenClose", testSpinThenClose},
}

// RunBackend runs the tests of that contract as subtests.
func RunBackend(t *testing.T, open func() (backend.Backend, error)) {
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	tests := backendTests
	if _, ok := b.(backend.Spinner); ok {
		tests = slices.Concat(tests, spinTests)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
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

// testWakeBeforeWait: the next Wait, and only that, returns for an earlier Wake.
func testWakeBeforeWait(t *testing.T, b backend.Backend) {
	for range 3 {
		b.Wake()
		b.Wake()
		if op := b.Wait(backend.NoDeadline); op != nil {
			t.Fatalf("Wait handed back %v", op)
		}
	}
}

// testWakeDuringWait: each Wait is ended by a goroutine that waits for the previous
// one. If a Wake were lost, both would wait for ever.
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

// testWakeFromMany counts work items that several goroutines add, each with a Wake.
// After the last one there must be a Wait that returns.
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

// testWaitUntil waits until deadlines, alternately later and earlier ones.
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

// testWaitZero: Wait(0) does not wait.
func testWaitZero(t *testing.T, b backend.Backend) {
	for range 10 {
		if op := b.Wait(0); op != nil {
			t.Fatalf("Wait handed back %v", op)
		}
	}
}

// opened returns a listener with an outstanding accept.
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

// collect waits until n operations have completed, and reports those that complete
// twice.
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

// testStartDuringWait starts an operation while another goroutine is inside Wait:
// its completion ends the Wait.
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

// testTakeDuringClose takes handles while the Close of their backend closes them:
// only one of the two takes effect. (If Take returns the same handle, Close may
// come second.)
func testTakeDuringClose(t *testing.T, b backend.Backend) {
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

// testCloseHandsBack closes a backend with operations outstanding.
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

// testBackendStartAfterClose: an operation started after Close completes too.
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
