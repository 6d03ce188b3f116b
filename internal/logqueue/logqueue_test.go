package logqueue

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"
)

// program is the handler of a program: it calls on for each record.
type program struct {
	min slog.Level
	on  func(r slog.Record)
}

func (p *program) Enabled(_ context.Context, l slog.Level) bool { return l >= p.min }
func (p *program) WithAttrs([]slog.Attr) slog.Handler           { return p }
func (p *program) WithGroup(string) slog.Handler                { return p }
func (p *program) Handle(_ context.Context, r slog.Record) error {
	p.on(r)
	return nil
}

// TestOrder checks that records come one at a time, in order, and before Flush
// returns.
func TestOrder(t *testing.T) {
	var got []string // no lock: Flush orders the accesses
	l := Wrap(slog.New(&program{on: func(r slog.Record) { got = append(got, r.Message) }}))
	var want []string
	for i := range 3 * Limit {
		if i%100 == 0 {
			Flush(l)
		}
		want = append(want, fmt.Sprint(i))
		l.Info(want[i])
	}
	Flush(l)
	if !slices.Equal(got, want) {
		t.Errorf("got %d records, want %d in order", len(got), len(want))
	}
}

// TestDrops checks that a handler that is stuck does not block callers, and that
// records that do not fit are counted.
func TestDrops(t *testing.T) {
	stuck, entered := make(chan struct{}), make(chan struct{})
	var once sync.Once
	records, lost := 0, 0
	l := Wrap(slog.New(&program{on: func(r slog.Record) {
		once.Do(func() {
			close(entered)
			<-stuck
		})
		records++
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "dropped" {
				records--
				lost += int(a.Value.Int64())
			}
			return true
		})
	}}))
	l.Info("the first")
	<-entered
	const more = 7
	for range Limit + more {
		l.Info("x")
	}
	close(stuck)
	Flush(l)
	if records != 1+Limit || lost != more {
		t.Errorf("%d records and %d counted as dropped, want %d and %d", records, lost, 1+Limit, more)
	}
}

// TestFlushInHandler: the program's handler may call Flush, which does not wait
// then.
func TestFlushInHandler(t *testing.T) {
	var l *slog.Logger
	calls := 0
	l = Wrap(slog.New(&program{on: func(slog.Record) {
		if calls++; calls == 1 {
			l.Info("from the handler")
			Flush(l)
		}
	}}))
	l.Info("x")
	Flush(l) // including what the handler has logged meanwhile
	Flush(l)
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}

// TestFlushGivesUp: a flush gives up on a handler that waits for the caller of
// Flush.
func TestFlushGivesUp(t *testing.T) {
	defer func(was time.Duration) { flushTimeout = was }(flushTimeout)
	flushTimeout = time.Millisecond
	flushed := make(chan struct{})
	l := Wrap(slog.New(&program{on: func(slog.Record) { <-flushed }}))
	l.Info("x")
	Flush(l)
	close(flushed)
}

func TestWrap(t *testing.T) {
	if Wrap(nil) != nil {
		t.Error("nil is a logger")
	}
	Flush(nil)
	l := Wrap(slog.New(&program{min: slog.LevelWarn, on: func(r slog.Record) {
		if r.Level < slog.LevelWarn {
			t.Errorf("the handler does not want %v", r.Level)
		}
	}}))
	if Wrap(l) != l {
		t.Error("wrapped twice")
	}
	l.With("a", 1).WithGroup("g").Info("x")
	l.Warn("y")
	Flush(l)
}
