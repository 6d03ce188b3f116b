package mechanism

import "github.com/actum-go/actum/zmq/internal/wire"

const nameNull = "NULL"

// null is the mechanism without security (RFC 37, "The NULL Security Mechanism"):
// each side sends its metadata in a READY command at once, and is done when it
// has received the other's.
type null struct {
	local, peer wire.Metadata
	sent        bool   // our READY has been sent
	received    bool   // the peer's READY has been received and accepted
	failed      error  // why the connection has to be closed
	refusal     string // the ERROR to send to the peer; "" for none
}

var _ Mechanism = (*null)(nil)

// NewNull returns a NULL handshake. It refuses a peer whose socket type is not
// compatible.
func NewNull(c Connection) Mechanism { return &null{local: c.Local} }

func (m *null) Name() string { return nameNull }

func (m *null) Done() bool { return m.sent && m.received && m.failed == nil }

func (m *null) Suspended() bool { return false }

func (m *null) Codec() wire.Codec { return nil }

func (m *null) Close() {}

func (m *null) PeerMetadata() wire.Metadata { return m.peer }

// Next appends our READY the first time. After a failure that the peer's user can
// fix, it appends an ERROR, once. It cannot fail.
func (m *null) Next(dst []byte) ([]byte, error) {
	switch {
	case m.refusal != "":
		dst = wire.AppendError(dst, m.refusal)
		m.refusal = ""
	case !m.sent && m.failed == nil:
		dst = wire.AppendReady(dst, m.local)
		m.sent = true
	}
	return dst, nil
}

// Receive accepts one READY. After a failure it returns the same error again.
func (m *null) Receive(body []byte) error {
	if m.failed == nil {
		m.failed = m.receive(body)
	}
	return m.failed
}

func (m *null) receive(body []byte) error {
	name, data, err := parseCommand(body)
	if err != nil {
		return err
	}
	if string(name) != wire.CommandReady || m.received {
		return unexpected(nameNull, name, m.expected())
	}
	return m.receiveReady(data)
}

// expected names the command that the peer may send now.
func (m *null) expected() string {
	if m.received {
		return "nothing"
	}
	return wire.CommandReady
}

func (m *null) receiveReady(data []byte) error {
	peer, err := wire.ParseReady(data)
	if err != nil {
		return err
	}
	if err := checkPeer(m.local, peer); err != nil {
		m.refusal = refusal(err)
		return err
	}
	m.peer, m.received = peer, true
	return nil
}
