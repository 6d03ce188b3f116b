package demo

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows the progress of the demonstration.
type progress interface {
	// watch shows how many messages of a scenario have arrived, until stop.
	watch(scenario string, arrived *atomic.Uint64) (stop func())
	// finished shows the result of a scenario.
	finished(row)
	close()
}

// newProgress returns a bar on a terminal, and plain lines elsewhere.
func newProgress(w io.Writer, all time.Duration) progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return newBar(f, all)
	}
	return lines{w}
}

// lines writes a line for each scenario when it is done.
type lines struct{ w io.Writer }

func (l lines) watch(string, *atomic.Uint64) func() { return func() {} }
func (l lines) close()                              {}

func (l lines) finished(r row) {
	fmt.Fprintf(l.w, "%s over %s: %s messages, %s a second\n", r.pattern, r.transport, short(float64(r.messages)), short(r.perSecond))
}

// redraw is the interval at which a bar is drawn.
const redraw = 100 * time.Millisecond

// bar is a progress bar for the elapsed time, with the number of messages.
type bar struct {
	*progressbar.ProgressBar
	start time.Time
	all   time.Duration
}

func newBar(w io.Writer, all time.Duration) *bar {
	return &bar{progressbar.NewOptions64(all.Milliseconds(),
		progressbar.OptionSetWriter(w), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionSetWidth(12)), time.Now(), all}
}

func (b *bar) watch(scenario string, arrived *atomic.Uint64) (stop func()) {
	ticker, done, stopped := time.NewTicker(redraw), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			b.draw(scenario, arrived.Load())
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		<-stopped
	}
}

// draw keeps the bar below its end, because a full bar would disappear.
func (b *bar) draw(scenario string, messages uint64) {
	b.Describe(fmt.Sprintf("%-21s %5s messages", scenario, short(float64(messages))))
	_ = b.Set64(min(time.Since(b.start), b.all-time.Millisecond).Milliseconds())
}

func (b *bar) finished(row) {}
func (b *bar) close()       { _ = b.Finish() }
