package replay

import (
	"fmt"
	"math"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// supported are the kinds whose results a journal can hold.
func supported(k backend.Kind) bool {
	return k >= backend.KindAccept && k <= backend.KindReceive && k != backend.KindPage
}

// memory is what op reads into or writes from.
func memory(op *backend.Op) [][]byte {
	switch op.Kind {
	case backend.KindRead, backend.KindWrite, backend.KindReadAt, backend.KindWriteAt, backend.KindReceiveFrom, backend.KindSendTo:
		return [][]byte{op.Buf}
	case backend.KindReadV, backend.KindWriteV:
		return op.Vec
	}
	return nil
}

// reads reports whether op's bytes come from outside.
func reads(k backend.Kind) bool {
	return k == backend.KindRead || k == backend.KindReadV || k == backend.KindReadAt || k == backend.KindReceiveFrom
}

// size and outgoing are what tells that op is the same in a replay.
func size(op *backend.Op) (n int64) {
	if op.Kind == backend.KindReceive {
		return int64(op.Receive().Pool.Size())
	}
	for _, p := range memory(op) {
		n += int64(len(p))
	}
	return n
}

func outgoing(op *backend.Op) int64 {
	switch {
	case op.Kind == backend.KindConnect:
		a := op.Connect()
		return endpoint(a.Network, a.Address)
	case op.Kind == backend.KindOpen:
		return sum([]byte(op.Open().Name))
	case op.Kind == backend.KindTransmitFile:
		t := op.Transmission()
		return sum(t.Header, t.Trailer)
	case op.Kind == backend.KindSendTo:
		return sum(op.Buf, []byte(op.Datagram().Addr.String()))
	case reads(op.Kind):
		return 0
	}
	return sum(memory(op)...)
}

// take collects the first n bytes of parts.
func take(parts [][]byte, n int) []byte {
	b := make([]byte, 0, n)
	for _, p := range parts {
		b = append(b, p[:min(len(p), n-len(b))]...)
	}
	return b
}

// put spreads b over parts. It reports whether there is room.
func put(parts [][]byte, b []byte) bool {
	for _, p := range parts {
		b = b[copy(p, b):]
	}
	return len(b) == 0
}

// result writes what came of op, all but a new handle.
func (j *writer) result(op *backend.Op) {
	j.int(int64(op.N))
	j.error(op.Err)
	switch {
	case op.Kind == backend.KindReceive:
		if b := op.Receive().Buffer; b != nil {
			j.bytes(b.Bytes())
		} else {
			j.bytes(nil)
		}
	case reads(op.Kind):
		j.bytes(take(memory(op), op.N))
		if op.Kind == backend.KindReceiveFrom {
			j.datagram(op.Datagram())
		}
	case op.Kind == backend.KindStat && op.Err == nil:
		s := op.Stat()
		j.string(s.Name)
		j.int(s.Size)
		j.int(int64(s.Mode))
		j.int(s.ModTime.UnixNano())
	}
}

// result reads it.
func (j *reader) result(op *backend.Op) {
	op.N, op.Err = int(min(j.int(), math.MaxInt)), j.error()
	switch {
	case j.err != nil:
	case op.Kind == backend.KindReceive:
		j.received(op)
	case reads(op.Kind):
		if b := j.bytes(); j.err == nil && (len(b) != op.N || !put(memory(op), b)) {
			j.err = fmt.Errorf("replay: the journal has %d bytes for a read of %d: it is damaged", len(b), size(op))
		}
		if op.Kind == backend.KindReceiveFrom {
			j.datagram(op.Datagram())
		}
	case op.Kind == backend.KindStat && op.Err == nil:
		s := op.Stat()
		s.Name = string(j.bytes())
		s.Size = j.int()
		s.Mode = mode(j.int())
		s.ModTime = time.Unix(0, j.int())
	}
}

// received reads what a receive has brought, into a buffer of its pool. There was
// one when the journal was written.
func (j *reader) received(op *backend.Op) {
	data, args := j.bytes(), op.Receive()
	if j.err != nil || op.Err != nil {
		return
	}
	b := args.Pool.TryTake()
	switch {
	case b == nil:
		j.err = fmt.Errorf("replay: the pool of a receive has run dry: in the run that is replayed its buffers were released earlier")
	case len(data) > len(b.Space()):
		b.Release()
		j.err = fmt.Errorf("replay: the journal has %d bytes for a receive of %d: it is damaged", len(data), args.Pool.Size())
	default:
		b.Fill(copy(b.Space(), data))
		args.Buffer = b
	}
}
