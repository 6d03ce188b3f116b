package zmq

import (
	"context"
	"log/slog"
	"time"
)

// What Close reports to the logger while it waits, and when it has dropped
// something.

// firstReport is when Close is reported to be waiting; then the intervals double.
const firstReport = time.Second

// reportWaiting reports, now and then, what Close waits for, until stop is called.
// In a simulation, where time does not pass by itself, it does nothing.
func (s *Socket) reportWaiting() (stop func()) {
	if s.session.Logger == nil || !s.ctx.own {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		for pause := s.ctx.firstReport; ; pause *= 2 {
			timer := time.NewTimer(pause)
			select {
			case <-timer.C:
				s.reportQueued()
			case <-done:
				timer.Stop()
				return
			}
		}
	}()
	return func() { close(done) }
}

// reportQueued says how much is queued, and what keeps it from being sent.
func (s *Socket) reportQueued() {
	stats := s.Stats()
	attrs := []slog.Attr{slog.String("socket", s.typ.String()), slog.Int("queued", stats.Queued)}
	for _, e := range stats.Endpoints {
		if e.Queued > 0 {
			attrs = append(attrs, slog.Group(e.Endpoint, "queued", e.Queued, "state", e.State.String(), "cause", e.LastError))
		}
	}
	s.session.Logger.LogAttrs(context.Background(), slog.LevelWarn,
		"zmq: Close waits for messages to be sent: Options.Linger or Shutdown would bound the wait", attrs...)
}

func (s *Socket) reportUndelivered(messages int) {
	if s.session.Logger != nil {
		s.session.Logger.Warn("zmq: messages not sent when the socket was closed", "socket", s.typ.String(), "dropped", messages)
	}
}
