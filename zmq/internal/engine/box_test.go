package engine

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// box is a codec that changes sizes: it puts each frame into a box.
//
//	0     1        5        9       9+size   13+size
//	| "b" | number | size+4 | body  | check  |
//
// The body is exclusive-ored with the frame's number, and its first byte is the
// frame's flags. The numbers ascend from 0, so that a frame that is encoded
// twice, lost or out of order breaks the connection.
type box struct {
	sent, got uint32 // frames
	body      []byte
}

const boxHeader, boxTrailer = 9, 4

var errBox = errors.New("this is not the next box")

func (x *box) AppendFrame(dst []byte, flags byte, body []byte) (encoded, rest []byte) {
	start := len(dst)
	dst = binary.BigEndian.AppendUint32(append(dst, 'b'), x.sent)
	dst = binary.BigEndian.AppendUint32(dst, uint32(1+len(body)+boxTrailer))
	key := byte(x.sent) | 1
	dst = append(dst, flags^key)
	for _, c := range body {
		dst = append(dst, c^key)
	}
	x.sent++
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[start:])), nil
}

func (x *box) ParseFrame(b []byte) (flags byte, body []byte, n int, err error) {
	if len(b) < boxHeader {
		return 0, nil, 0, nil
	}
	if b[0] != 'b' || binary.BigEndian.Uint32(b[1:]) != x.got {
		return 0, nil, 0, errBox
	}
	n = boxHeader + int(binary.BigEndian.Uint32(b[5:]))
	if n <= boxHeader+boxTrailer {
		return 0, nil, 0, errBox
	}
	if len(b) < n {
		return 0, nil, 0, nil
	}
	end := n - boxTrailer
	if crc32.ChecksumIEEE(b[:end]) != binary.BigEndian.Uint32(b[end:]) {
		return 0, nil, 0, errBox
	}
	key := byte(x.got) | 1
	for i := boxHeader; i < end; i++ {
		b[i] ^= key
	}
	x.got++
	return b[boxHeader], b[boxHeader+1 : end], n, nil
}

// boxing is NULL with a box as its codec.
type boxing struct{ mechanism.Mechanism }

// NewBoxing makes a mechanism whose traffic is in boxes.
func NewBoxing(c mechanism.Connection) mechanism.Mechanism { return boxing{mechanism.NewNull(c)} }

func (boxing) Codec() wire.Codec { return new(box) }
