package engine

import "github.com/actum-go/actum/zmq/internal/wire"

// raw is a second engine: it carries the bodies of frames without any framing,
// as STREAM does. What the peer sends becomes messages of one frame.
type raw struct{ conn }

var _ protocol = (*raw)(nil)

// NewRaw makes a raw engine.
func NewRaw(cfg *Config, c Connection) Engine {
	e := new(raw)
	e.init(cfg, c, e)
	return e
}

// Start begins the traffic at once: there is no handshake.
func (e *raw) Start() {
	if err := e.establish(nil, rawCodec{}); err != nil {
		e.fail(err)
	} else if e.state == stateTraffic {
		e.read()
	}
}

func (e *raw) stepHandshake() (bool, error) { return false, nil }
func (e *raw) onCommand([]byte)             {}
func (e *raw) stop()                        {}
func (e *raw) running() bool                { return false }

// rawCodec has neither headers nor boundaries.
type rawCodec struct{}

// MaxRaw is the most bytes that a message of a raw engine has.
const MaxRaw = 8 << 10

func (rawCodec) AppendFrame(dst []byte, flags byte, body []byte) (encoded, rest []byte) {
	switch {
	case flags&wire.FlagCommand != 0:
		return dst, nil
	case len(body) >= 4<<10:
		return dst, body // referred to, not copied
	}
	return append(dst, body...), nil
}

func (rawCodec) ParseFrame(b []byte) (flags byte, body []byte, n int, err error) {
	n = min(len(b), MaxRaw)
	return 0, b[:n], n, nil
}
