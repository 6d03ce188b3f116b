package message_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
)

// numbered is a batch of n short messages whose content is their number.
func numbered(n int) (b message.Batch) {
	for i := range n {
		b.Append(message.Single(fmt.Append(nil, i)), message.GatherMin)
	}
	return b
}

// takeAll takes messages until there are none.
func takeAll(r *message.Run) (all []string) {
	for m, ok := r.Take(); ok; m, ok = r.Take() {
		all = append(all, string(m.Bytes()))
	}
	return all
}

// A Run ends at the first message that it cannot have.
func TestPublish(t *testing.T) {
	long := message.Single([]byte(strings.Repeat("x", 256)))
	for _, tt := range []struct {
		name   string
		most   int
		wanted func([]byte) bool
		then   message.Msg // comes after 20 short ones, and 20 more follow it
		want   int
	}{
		{"everything", 100, nil, message.Single(nil), 41},
		{"as many as are asked for", 10, nil, message.Single(nil), 10},
		{"not worth it", 7, nil, message.Single(nil), 0},
		{"up to a long one", 100, nil, long, 20},
		{"up to one of several frames", 100, nil, message.New(nil, nil), 20},
		{"up to one that is not wanted", 100, func(b []byte) bool { return string(b) != "x" }, message.Single([]byte("x")), 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := numbered(20)
			b.Append(tt.then, message.GatherMin)
			for i := range 20 {
				b.Append(message.Single(fmt.Append(nil, 20+i)), message.GatherMin)
			}
			all := read(b)
			var c message.Cursor
			c.Load(b)
			published := 0
			if r := c.Publish(tt.most, tt.wanted); r != nil {
				taken := takeAll(r)
				published = len(taken)
				size := len(strings.Join(taken, ""))
				if msgs, bytes := c.Return(r); msgs != published || bytes != size {
					t.Errorf("%d messages of %d bytes count as taken, %d of %d were", msgs, bytes, published, size)
				}
			}
			if published != tt.want {
				t.Errorf("%d messages were published, want %d", published, tt.want)
			}
			for i, want := range all[published:] { // the cursor continues behind them
				if m, ok := c.Next(); !ok || !m.Equal(&want) {
					t.Fatalf("message %d is %q, %v, want %q", published+i, m.Frames(), ok, want.Frames())
				}
			}
		})
	}
}

// Failed attempts allocate nothing, and are not repeated for the same messages.
func TestPublishFails(t *testing.T) {
	var b message.Batch
	for range 100 {
		b.Append(message.Single(nil), message.GatherMin)
		b.Append(message.New(nil, nil), message.GatherMin)
	}
	var c message.Cursor
	c.Load(b)
	c.Publish(100, nil)
	looked := 0
	if n := testing.AllocsPerRun(10, func() {
		if c.Publish(100, func([]byte) bool { looked++; return true }) != nil {
			t.Fatal("published one message")
		}
	}); n > 0 || looked > 0 {
		t.Errorf("%v allocations, checked %d messages", n, looked)
	}
}

// Each message is taken once, also when the Run ends meanwhile.
func TestRunIsTakenByMany(t *testing.T) {
	const n = 200
	for range 200 {
		var c message.Cursor
		c.Load(numbered(n))
		r := c.Publish(n, nil)
		var takers sync.WaitGroup
		var taken [3][]string
		for i := range taken {
			takers.Go(func() { taken[i] = takeAll(r) })
		}
		msgs, _ := c.Return(r)
		rest := 0
		for m, ok := c.Next(); ok; m, ok = c.Next() {
			if string(m.Bytes()) != fmt.Sprint(msgs+rest) {
				t.Fatalf("message %d is %s", msgs+rest, m.Bytes())
			}
			rest++
		}
		takers.Wait()
		all := slices.Concat(taken[:]...)
		if msgs+rest != n || len(all) != msgs {
			t.Fatalf("%d were published, %d taken, %d left of %d", msgs, len(all), rest, n)
		}
		seen := map[string]bool{}
		for _, s := range all {
			seen[s] = true
		}
		for i := range msgs {
			if !seen[fmt.Sprint(i)] {
				t.Fatalf("%d was not taken", i)
			}
		}
	}
}
