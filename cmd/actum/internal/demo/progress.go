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

// progress shows how the demonstration goes.
type progress interface {
	// watch shows how messages arrive in a scene, until stop.
	watch(scene string, arrived *atomic.Uint64) (stop func())
	// finished tells what came of a scene.
	finished(row)
	close()
}

// newProgress is a bar on a terminal, plain lines elsewhere.
func newProgress(w io.Writer, all time.Duration) progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return newBar(f, all)
	}
	return lines{w}
}

// lines is a line for each scene when it is done.
type lines struct{ w io.Writer }

func (l lines) watch(string, *atomic.Uint64) func() { return func() {} }
func (l lines) close()                              {}

func (l lines) finished(r row) {
	fmt.Fprintf(l.w, "%s over %s: %s messages, %s a second\n", r.pattern, r.transport, short(float64(r.messages)), short(r.perSecond))
}

// redraw is how often a bar moves.
const redraw = 100 * time.Millisecond

// bar moves with time, and says how many messages there are.
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

func (b *bar) watch(scene string, arrived *atomic.Uint64) (stop func()) {
	ticker, done, stopped := time.NewTicker(redraw), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			b.draw(scene, arrived.Load())
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

// draw keeps the bar below its end: at it, it would disappear.
func (b *bar) draw(scene string, messages uint64) {
	b.Describe(fmt.Sprintf("%-21s %5s messages", scene, short(float64(messages))))
	_ = b.Set64(min(time.Since(b.start), b.all-time.Millisecond).Milliseconds())
}

func (b *bar) finished(row) {}
func (b *bar) close()       { _ = b.Finish() }
