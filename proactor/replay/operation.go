package replay

import (
	"fmt"
	"math"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// supported reports whether a journal can hold the results of operations of kind k.
func supported(k backend.Kind) bool {
	return k >= backend.KindAccept && k <= backend.KindReceive && k != backend.KindPage
}

// memory returns the buffers of op.
func memory(op *backend.Op) [][]byte {
	switch op.Kind {
	case backend.KindRead, backend.KindWrite, backend.KindReadAt, backend.KindWriteAt, backend.KindReceiveFrom, backend.KindSendTo:
		return [][]byte{op.Buf}
	case backend.KindReadV, backend.KindWriteV:
		return op.Vec
	}
	return nil
}

// reads reports whether operations of kind k bring bytes into the program.
func reads(k backend.Kind) bool {
	return k == backend.KindRead || k == backend.KindReadV || k == backend.KindReadAt || k == backend.KindReceiveFrom
}

// size and outgoing identify op in a replay.
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
		return addressSum(a.Network, a.Address)
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

// take returns the first n bytes of parts.
func take(parts [][]byte, n int) []byte {
	b := make([]byte, 0, n)
	for _, p := range parts {
		b = append(b, p[:min(len(p), n-len(b))]...)
	}
	return b
}

// put copies b into parts. It reports whether there is room.
func put(parts [][]byte, b []byte) bool {
	for _, p := range parts {
		b = b[copy(p, b):]
	}
	return len(b) == 0
}

// result writes the result of op, except a new handle.
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

// result reads what writer.result wrote.
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

// received reads the bytes of a receive into a buffer of its pool. In the recorded
// run the pool had a buffer.
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
