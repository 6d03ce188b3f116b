package conformance

import (
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
)

func testPost(r *fixture) {
	c := r.call(nil)
	c.op.Token = "token"
	r.d.Post(c.start())
	if !c.op.Outstanding() {
		r.t.Error("not outstanding after Post")
	}
	r.ok(c)
	if c.op.Token != "token" || c.op.Kind() != proactor.KindPost || c.n != 0 {
		r.t.Errorf("token %v, kind %v, n %d", c.op.Token, c.op.Kind(), c.n)
	}
}

func testPostOrder(r *fixture) {
	var got []int
	for i := range 100 {
		r.d.Post(r.call(func() { got = append(got, i) }).start())
	}
	r.until("100 posts", func() bool { return len(got) == 100 })
	for i, g := range got {
		if g != i {
			r.t.Fatalf("completion %d is of post %d", i, g)
		}
	}
}

// testPostFromManyGoroutines posts from eight goroutines: the posts of each one
// stay in order.
func testPostFromManyGoroutines(r *fixture) {
	const posters, posts = 8, 1000
	last, total := [posters]int{}, 0
	var all sync.WaitGroup
	for p := range posters {
		calls := make([]*call, posts)
		for i := range calls {
			calls[i] = r.call(func() {
				if last[p] != i {
					r.t.Errorf("poster %d: post %d completed instead of %d", p, i, last[p])
				}
				last[p]++
				total++
			})
		}
		all.Add(1)
		go func() {
			defer all.Done()
			for _, c := range calls {
				r.d.Post(c.start())
			}
		}()
	}
	r.until("all posts", func() bool { return total == posters*posts })
	all.Wait()
}

// testPostWakes lets the dispatcher and another goroutine take turns: if a wake-up were
// lost, both would wait forever.
func testPostWakes(r *fixture) {
	const turns = 2000
	turn := make(chan struct{}, 1)
	c := r.call(func() { turn <- struct{}{} })
	go func() {
		for range turns {
			r.d.Post(c.start())
			<-turn
		}
	}()
	r.until("all turns", func() bool { return c.done == turns })
}

// testPostToItself has a handler that posts its own operation again each time: timers and
// I/O must still make progress.
func testPostToItself(r *fixture) {
	var c *call
	stop := false
	c = r.call(func() {
		if !stop && c.err == nil {
			r.d.Post(c.start())
		}
	})
	r.d.Post(c.start())
	a, b := r.pair()
	r.write(a, []byte("x"))
	r.read(b, make([]byte, 1))
	timer := r.call(nil)
	r.d.StartTimer(timer.start(), time.Millisecond)
	r.ok(timer)
	stop = true
	r.wait(c)
}

// testRestartPanics starts an operation that is outstanding.
func testRestartPanics(r *fixture) {
	c := r.call(nil)
	r.d.Post(c.start())
	func() {
		defer func() {
			if recover() == nil {
				r.t.Error("starting an outstanding operation did not panic")
			}
		}()
		r.d.StartTimer(&c.op, time.Second)
	}()
	r.ok(c)
}
