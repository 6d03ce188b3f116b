package wire

// Codec is what the bytes of a connection are if they are not the frames of
// ZMTP 2 and 3: these frames encrypted, framed as ZMTP 1 does, or not framed at
// all. One Codec serves one connection.
//
// Two goroutines may use a Codec at once: one calls AppendFrame, in the order
// in which the frames are written, and the other ParseFrame, in the order in
// which they come.
type Codec interface {
	// AppendFrame appends the encoded form of a frame to dst. The caller writes
	// rest after that: a part of body that is the same in the encoded form, or
	// nil. flags are FlagMore and FlagCommand. A frame that is encoded is also
	// written, unless the connection is lost.
	AppendFrame(dst []byte, flags byte, body []byte) (encoded, rest []byte)
	// ParseFrame decodes the frame at the start of b, which is n bytes long, or
	// returns n == 0 while b does not hold all of it. It may be called many times
	// with the start of a long frame. It may write to the first n bytes of b. The
	// result is valid until the next call, and may alias b. An error is final.
	ParseFrame(b []byte) (flags byte, body []byte, n int, err error)
}

// MaxCodecOverhead is the most, in bytes, by which a codec may make a frame
// longer.
const MaxCodecOverhead = 1 << 10
