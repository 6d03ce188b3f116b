package core

import (
	"context"
	"log/slog"
	"time"
)

// The reports that Close logs while it waits, and after it has dropped messages.

// firstReport is the time after which Close first reports that it waits. The
// interval doubles with each report.
const firstReport = time.Second

// reportWaiting starts to report what Close waits for, until stop is called. It
// does nothing in a simulation, where time does not pass by itself.
func (s *Socket) reportWaiting() (stop func()) {
	if s.ctx.config.Logger == nil || !s.ctx.own {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		for pause := s.ctx.config.ReportAfter; ; pause *= 2 {
			select {
			case <-time.After(pause):
				s.reportQueued()
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}

// reportQueued logs how many messages are queued, and why they cannot be sent.
func (s *Socket) reportQueued() {
	stats := s.Stats()
	attrs := []slog.Attr{slog.String("socket", s.typ.String()), slog.Int("queued", stats.Queued)}
	for _, e := range stats.Endpoints {
		if e.Queued > 0 {
			attrs = append(attrs, slog.Group(e.Endpoint, "queued", e.Queued, "state", e.State.String(), "cause", e.Err))
		}
	}
	s.ctx.config.Logger.LogAttrs(context.Background(), slog.LevelWarn,
		"zmq: Close waits for messages to be sent: Options.Linger or Shutdown would bound the wait", attrs...)
}

func (s *Socket) reportUndelivered(messages int) {
	if s.ctx.config.Logger != nil {
		s.ctx.config.Logger.Warn("zmq: messages not sent when the socket was closed", "socket", s.typ.String(), "dropped", messages)
	}
}
