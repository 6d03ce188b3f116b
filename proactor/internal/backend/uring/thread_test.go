//go:build linux

package uring

import (
	"fmt"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// onThreadThatExits runs f on a thread of its own, and returns when that thread has
// exited: a thread exits with the goroutine that is locked to it.
func onThreadThatExits(t *testing.T, f func()) {
	t.Helper()
	tid := make(chan int)
	var body func()
	body = func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() { // the first thread never exits: keep it busy
			done := make(chan struct{})
			go func() { defer close(done); body() }()
			<-done
			runtime.UnlockOSThread()
			return
		}
		f()
		tid <- unix.Gettid()
	}
	go body()
	task := fmt.Sprintf("/proc/self/task/%d", <-tid)
	for {
		if _, err := os.Stat(task); err != nil {
			return
		}
		runtime.Gosched()
	}
}

// An operation completes although the kernel cancels it because the thread that has
// submitted it exits.
func TestThreadExits(t *testing.T) {
	b := open(t, tuning{})
	client, server := pair(t, b)
	var r *backend.Op
	onThreadThatExits(t, func() {
		r = read(b, server, 16)
		if list := b.Wait(0); list != nil { // submits
			t.Error("completed without data:", list.Err)
		}
	})
	if n, err := client.TryWrite([]byte("still here")); n != 10 || err != nil {
		t.Fatal(n, err)
	}
	for b.ring.Ready() == 0 {
		runtime.Gosched()
	}
	if res := b.ring.CQE(0).Res; res != -int32(unix.ECANCELED) {
		t.Fatalf("the kernel says %d and not ECANCELED: this test tests nothing", res)
	}
	await(t, b, r)
	if string(r.Buf[:r.N]) != "still here" || r.Err != nil {
		t.Errorf("read %q, %v", r.Buf[:r.N], r.Err)
	}
}

// A cancel by the program remains one when the thread has exited.
func TestThreadExitsAndCancel(t *testing.T) {
	b := open(t, tuning{})
	_, server := pair(t, b)
	var r *backend.Op
	onThreadThatExits(t, func() {
		r = read(b, server, 16)
		b.Wait(0)
	})
	b.Cancel(r)
	await(t, b, r)
	if r.Err != backend.ErrCanceled {
		t.Error(r.Err)
	}
}

// A connect whose thread exits continues in the socket.
func TestThreadExitsDuringConnect(t *testing.T) {
	b := open(t, tuning{})
	l, err := b.Listen("tcp", "127.0.0.1:0", &backend.SocketOptions{Backlog: 1})
	if err != nil {
		t.Fatal(err)
	}
	connect := func() *backend.Op {
		op := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: l.LocalAddr().String()}}
		b.Start(op)
		return op
	}
	// With its queue full the listener does not answer.
	queued := 0
	var last *backend.Op
	for {
		onThreadThatExits(t, func() {
			last = connect()
			b.submit()
		})
		if list := b.Wait(0); list == nil {
			break
		}
		queued++
	}
	for range queued {
		accept := &backend.Op{Kind: backend.KindAccept, Handle: l}
		b.Start(accept)
		await(t, b, accept)
	}
	await(t, b, last) // when the kernel has sent another SYN, after a second
	if last.Err != nil || last.New == nil {
		t.Error(last.Err)
	}
}
