package main

import (
	"io"
	"os"

	"github.com/actum-go/actum/zmq"
)

// out receives the figures.
var out io.Writer = os.Stdout

// byReference is the size from which on one payload is sent repeatedly without a
// copy, as the C programs do.
const byReference = 32 << 10

// payloads has the frames of the messages that are sent in turn. A publisher has one
// message for each topic, in an order in which each goes to another subscriber than
// the one before.
func (s *side) payloads() [][][]byte {
	if s.pattern != pubSub {
		return [][][]byte{s.payload("")}
	}
	var all [][][]byte
	for k := range topicsEach {
		for i := range s.peers {
			all = append(all, s.payload(topic(i, k)))
		}
	}
	return all
}

// payload has the frames of a message, the first of which begins with the topic.
func (s *side) payload(topic string) [][]byte {
	frames := make([][]byte, s.frames)
	for i := range frames {
		frames[i] = make([]byte, max(s.size, len(topic)))
	}
	copy(frames[0], topic)
	return frames
}

// sendOne sends a message: large frames without a copy.
func (s *side) sendOne(socket *zmq.Socket, frames [][]byte) error {
	switch {
	case s.size >= byReference && len(frames) == 1:
		return socket.SendOwned(never, frames[0])
	case s.size >= byReference:
		return socket.Send(never, zmq.NewMsg(frames...))
	case len(frames) == 1:
		return socket.SendBytes(never, frames[0])
	}
	return socket.SendFrames(never, frames...)
}

// right reports whether a message has the size that all have, behind the frames before
// the payload.
func (s *side) right(m *zmq.Msg, before int) bool {
	if m.Len() != before+s.frames {
		return false
	}
	if m.Len() == 1 {
		return m.Size() == s.size
	}
	for i := before; i < m.Len(); i++ {
		if len(m.Frame(i)) != s.size {
			return false
		}
	}
	return true
}
