package conformance

import (
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
)

func testPost(f *fixture) {
	c := f.call(nil)
	c.op.Token = "token"
	f.d.Post(c.start())
	if !c.op.Outstanding() {
		f.t.Error("not outstanding after Post")
	}
	f.ok(c)
	if c.op.Token != "token" || c.op.Kind() != proactor.KindPost || c.n != 0 {
		f.t.Errorf("token %v, kind %v, n %d", c.op.Token, c.op.Kind(), c.n)
	}
}

func testPostOrder(f *fixture) {
	var got []int
	for i := range 100 {
		f.d.Post(f.call(func() { got = append(got, i) }).start())
	}
	f.until("100 posts", func() bool { return len(got) == 100 })
	for i, g := range got {
		if g != i {
			f.t.Fatalf("completion %d is of post %d", i, g)
		}
	}
}

// testPostFromManyGoroutines posts from eight goroutines: the posts of each one
// stay in order.
func testPostFromManyGoroutines(f *fixture) {
	const posters, posts = 8, 1000
	last, total := [posters]int{}, 0
	var all sync.WaitGroup
	for p := range posters {
		calls := make([]*call, posts)
		for i := range calls {
			calls[i] = f.call(func() {
				if last[p] != i {
					f.t.Errorf("poster %d: post %d completed instead of %d", p, i, last[p])
				}
				last[p]++
				total++
			})
		}
		all.Add(1)
		go func() {
			defer all.Done()
			for _, c := range calls {
				f.d.Post(c.start())
			}
		}()
	}
	f.until("all posts", func() bool { return total == posters*posts })
	all.Wait()
}

// testPostWakes lets the dispatcher and another goroutine take turns: if a wake-up were
// lost, both would wait forever.
func testPostWakes(f *fixture) {
	const turns = 2000
	turn := make(chan struct{}, 1)
	c := f.call(func() { turn <- struct{}{} })
	go func() {
		for range turns {
			f.d.Post(c.start())
			<-turn
		}
	}()
	f.until("all turns", func() bool { return c.done == turns })
}

// testPostToItself has a handler that posts its own operation again each time: timers and
// I/O must still make progress.
func testPostToItself(f *fixture) {
	var c *call
	stop := false
	c = f.call(func() {
		if !stop && c.err == nil {
			f.d.Post(c.start())
		}
	})
	f.d.Post(c.start())
	a, b := f.pair()
	f.write(a, []byte("x"))
	f.read(b, make([]byte, 1))
	timer := f.call(nil)
	f.d.StartTimer(timer.start(), time.Millisecond)
	f.ok(timer)
	stop = true
	f.wait(c)
}

// testRestartPanics starts an operation that is outstanding.
func testRestartPanics(f *fixture) {
	c := f.call(nil)
	f.d.Post(c.start())
	func() {
		defer func() {
			if recover() == nil {
				f.t.Error("starting an outstanding operation did not panic")
			}
		}()
		f.d.StartTimer(&c.op, time.Second)
	}()
	f.ok(c)
}
