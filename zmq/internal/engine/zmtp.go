package engine

import "github.com/actum-go/actum/zmq/internal/mechanism"

// ZMTP is the engine that speaks ZMTP 3.
type ZMTP struct {
	conn
	handshake *handshake // nil when the handshake is done
	heartbeat *heartbeat // nil without heartbeats; see heartbeat.go
}

var _ protocol = (*ZMTP)(nil)

// NewZMTP makes a ZMTP engine with a mechanism of its own.
func NewZMTP(cfg *Config, c Connection) Engine {
	e := &ZMTP{handshake: new(handshake)}
	e.init(cfg, c, e)
	e.handshake.mechanism = cfg.Mechanism(mechanism.Connection{
		Role: c.Role, Peer: peerAddress(c.Stream), Type: cfg.Type, Local: cfg.Metadata, Resume: e.resumeHandshake,
	})
	return e
}

// Start implements Engine: it sends the greeting.
func (e *ZMTP) Start() {
	if e.cfg.HandshakeTimeout > 0 {
		e.startTimeout(&e.handshake.limit, e.cfg.HandshakeTimeout, e.onLimit)
	}
	e.greet()
	if e.state < stateClosing { // the greeting could be written
		e.read()
	}
}

// stop implements protocol.
func (e *ZMTP) stop() {
	if h := e.handshake; h != nil {
		if h.refused != nil {
			e.cause = h.refused
		}
		h.end()
		e.stopTimeout(&h.limit)
	}
	e.stopHeartbeat()
}

// running implements protocol.
func (e *ZMTP) running() bool {
	return e.handshake != nil && e.handshake.limit.running() || e.heartbeat.running()
}
