package mechanism

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/actum-go/actum/zmq/internal/wire"
)

func TestParseFrameAtEverySplit(t *testing.T) {
	for _, size := range []int{0, 10, 300, MaxCommand - 2} {
		frame := append(wire.AppendFrameHeader(nil, wire.FlagCommand, 2+size), 1, 'A')
		frame = append(frame, make([]byte, size)...)
		b := append(bytes.Clone(frame), "what follows"...)
		for cut := range b {
			body, n, err := ParseFrame(b[:cut])
			if err != nil {
				t.Fatalf("%d of %d bytes: %v", cut, len(frame), err)
			}
			if cut < len(frame) && n != 0 || cut >= len(frame) && (n != len(frame) || len(body) != size+2) {
				t.Fatalf("%d of %d bytes: n = %d, body of %d", cut, len(frame), n, len(body))
			}
		}
	}
}

// announce returns the header of a command whose size may exceed an int.
func announce(size uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{wire.FlagCommand | wire.FlagLong}, size)
}

func TestParseFrameErrors(t *testing.T) {
	for _, tt := range []struct {
		in   []byte
		kind error
		text string
	}{
		{[]byte{0, 1}, ErrUnexpected, "message before the handshake"},
		{[]byte{wire.FlagMore, 0}, ErrUnexpected, "message before the handshake"},
		{[]byte{wire.FlagCommand | wire.FlagLong, 0x80}, wire.ErrFrame, "above 2^63-1"},
		{wire.AppendFrameHeader(nil, wire.FlagCommand, MaxCommand+1), ErrTooLarge, "65537 bytes, at most 65536"},
		{announce(1 << 62), ErrTooLarge, "at most 65536"},
		{announce(1<<32 + 5), ErrTooLarge, "4294967301 bytes, at most 65536"}, // 5 in 32 bits
		{announce(1<<32 - 5), ErrTooLarge, "4294967291 bytes, at most 65536"}, // -5 in 32 bits
	} {
		_, n, err := ParseFrame(tt.in)
		if n != 0 {
			t.Errorf("%x: n = %d", tt.in, n)
		}
		wantError(t, err, tt.kind, tt.text)
	}
}

// FuzzNull sends any bytes to a NULL handshake: it must end without a panic, and
// be done only after a READY.
func FuzzNull(f *testing.F) {
	f.Add(wire.AppendReady(nil, metadata(wire.DEALER, "id")))
	f.Add(wire.AppendError(nil, "no"))
	f.Add(wire.AppendReady(wire.AppendReady(nil, nil), nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := NewNull(Connection{Local: metadata(wire.ROUTER, "")})
		next(t, m)
		var failed error
		for failed == nil && !m.Done() {
			body, n, err := ParseFrame(b)
			if n == 0 || err != nil {
				break
			}
			failed, b = m.Receive(body), b[n:]
		}
		if failed != nil && m.Done() {
			t.Errorf("done in spite of %v", failed)
		}
		if id, err := m.PeerMetadata().Identity(); m.Done() && err != nil {
			t.Errorf("done with identity %q: %v", id, err)
		}
		if sent := next(t, m); len(sent) > 0 && !errors.Is(failed, ErrIncompatible) &&
			!errors.Is(failed, wire.ErrSocketType) && !errors.Is(failed, wire.ErrMetadata) {
			t.Errorf("%x sent after %v", sent, failed)
		}
	})
}
