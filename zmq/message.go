package zmq

import "github.com/actum-go/actum/zmq/internal/message"

// Msg is one message of zero, one or many frames. Its zero value has no frame and
// cannot be sent. The package documentation says who owns its memory.
//
// Any number of goroutines may read and send a Msg at once. Its frames must not
// be written to after it was sent; those of a received message must never be
// written to. Release must be called for one copy of a Msg only, and no other
// copy may be used afterwards: where they can detect it, Send then fails with
// [ErrReleased] and Release panics.
type Msg message.Msg

// inner is the message as the packages below know it.
func (m *Msg) inner() *message.Msg { return (*message.Msg)(m) }

// Len is the number of frames.
func (m *Msg) Len() int { return m.inner().Len() }

// Frame returns frame i, counted from 0. It panics if there is none.
func (m *Msg) Frame(i int) []byte { return m.inner().Frame(i) }

// Bytes returns the first frame: all of a message of one frame.
func (m *Msg) Bytes() []byte { return m.inner().Bytes() }

// Frames returns all frames, in a new slice.
func (m *Msg) Frames() [][]byte { return m.inner().Frames() }

// Size is the number of bytes in all frames.
func (m *Msg) Size() int { return m.inner().Size() }

// Equal reports whether both messages have the same frames.
func (m *Msg) Equal(other *Msg) bool { return m.inner().Equal(other.inner()) }

// String returns the frames in a line, for people.
func (m Msg) String() string { return message.Msg(m).String() }

// Clone makes a message with memory of its own, to keep it for long.
func (m *Msg) Clone() Msg { return Msg(m.inner().Clone()) }

// Release gives the message's memory back for reuse. It is never needed.
func (m *Msg) Release() { m.inner().Release() }

// NewMsg makes a message of frames and takes them over: the caller must not write
// to them any more. NewMsg() has no frame, NewMsg(nil) has one that is empty.
func NewMsg(frames ...[]byte) Msg { return Msg(message.New(frames...)) }

// CopyMsg makes a message of copies of the frames.
func CopyMsg(frames ...[]byte) Msg { return Msg(message.Copy(frames...)) }

// StringMsg makes a message with a frame for each string.
func StringMsg(frames ...string) Msg {
	list := make([][]byte, len(frames))
	for i, f := range frames {
		list[i] = []byte(f)
	}
	return Msg(message.New(list...))
}

// AllocMsg makes a message of one frame of size bytes, in memory that was
// released earlier if there is any. The contents are undefined: fill [Msg.Bytes].
// Call [Msg.Release] after it was sent, or the memory is not used again.
func AllocMsg(size int) Msg { return Msg(message.Alloc(size)) }
