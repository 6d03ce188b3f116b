package core

import (
	"math"

	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// settings are a socket's options, and the configuration that they make for
// endpoints that are bound or connected from now on. They never change: a change
// of options makes others.
type settings struct {
	options   *option.Resolved
	session   session.Config
	transport transport.Config
}

// Resolved returns the options that hold now, with every default applied. Any
// goroutine may call it.
func (s *Socket) Resolved() *option.Resolved { return s.settings.Load().options }

func (s *Socket) newSettings(o *option.Resolved) *settings {
	metadata := wire.Metadata{{Name: wire.PropertySocketType, Value: []byte(s.typ.String())}}
	if s.typ.SendsIdentity() {
		metadata = append(metadata, wire.Property{Name: wire.PropertyIdentity, Value: o.RoutingID})
	}
	return &settings{options: o, transport: transport.Config{Resolved: o, Resolver: s.ctx.config.Resolver}, session: session.Config{
		Host: s.pattern,
		Engine: engine.Config{
			Type:        s.typ,
			Resolved:    o,
			Mechanism:   mechanism.NewNull,
			Metadata:    metadata,
			Tuning:      s.ctx.config.Tuning,
			Abort:       &s.abort,
			Connections: &s.connections,
		},
		NewEngine:  engine.NewZMTP,
		Dispatcher: s.ctx.dispatcher,
		Logger:     s.ctx.config.Logger,
		Jitter:     s.ctx.config.Jitter,
	}}
}

// patternConfig is what the socket's pattern is made with.
func (s *Socket) patternConfig(o *option.Resolved) pattern.Config {
	c := s.ctx
	gatherMin := message.GatherMin
	if c.config.Tuning.NoGatherWrite {
		gatherMin = math.MaxInt
	}
	return pattern.Config{
		Options: o, GatherMin: gatherMin, Where: s.where, Pace: &c.pace,
		WaitStrategy: c.waitStrategy, Refuse: c.checkCanWait,
	}
}
