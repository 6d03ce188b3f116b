package zmq

import "github.com/actum-go/actum/zmq/internal/message"

// Msg is one message of zero, one or many frames. Its zero value has no frame and
// cannot be sent. The package documentation says who owns its memory. Its methods
// are
//
//	Len() int                 the number of frames
//	Frame(i int) []byte       frame i, counted from 0; it panics if there is none
//	Bytes() []byte            the first frame: all of a message of one frame
//	Frames() [][]byte         all frames, in a new slice
//	Size() int                the bytes in all frames
//	Equal(other *Msg) bool    whether both have the same frames
//	String() string           its frames in a line, for people: fmt.Println(m)
//	Clone() Msg               a message with memory of its own: to keep it for long
//	Release()                 gives its memory back for reuse; never needed
//
// Any number of goroutines may read and send a Msg at once. Its frames must not
// be written to after it was sent; those of a received message must never be
// written to. Release must be called for one copy of a Msg only, and no other
// copy may be used afterwards: where they can detect it, Send then fails with
// [ErrReleased] and Release panics.
type Msg = message.Msg

// NewMsg makes a message of frames and takes them over: the caller must not write
// to them any more. NewMsg() has no frame, NewMsg(nil) has one that is empty.
func NewMsg(frames ...[]byte) Msg { return message.New(frames...) }

// CopyMsg makes a message of copies of the frames.
func CopyMsg(frames ...[]byte) Msg { return message.Copy(frames...) }

// StringMsg makes a message with a frame for each string.
func StringMsg(frames ...string) Msg {
	list := make([][]byte, len(frames))
	for i, f := range frames {
		list[i] = []byte(f)
	}
	return message.New(list...)
}

// AllocMsg makes a message of one frame of size bytes, in memory that was
// released earlier if there is any. The contents are undefined: fill [Msg.Bytes].
// Call [Msg.Release] after it was sent, or the memory is not used again.
func AllocMsg(size int) Msg { return message.Alloc(size) }
