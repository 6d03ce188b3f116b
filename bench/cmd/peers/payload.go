package main

import (
	"io"
	"os"

	"github.com/actum-go/actum/zmq"
)

// out receives the figures.
var out io.Writer = os.Stdout

// payloads are sent in turn. A publisher has one for each topic, in an order in which
// each message goes to another subscriber than the one before.
func (s *side) payloads() [][]byte {
	if s.pattern != "pub-sub" {
		return [][]byte{make([]byte, s.size)}
	}
	var all [][]byte
	for k := range topicsEach {
		for i := range s.peers {
			payload := make([]byte, max(s.size, topicSize))
			copy(payload, topic(i, k))
			all = append(all, payload)
		}
	}
	return all
}

// sendOne sends a payload: a large one without a copy.
func (s *side) sendOne(socket *zmq.Socket, payload []byte) error {
	if s.size >= byReference {
		return socket.SendOwned(never, payload)
	}
	return socket.SendBytes(never, payload)
}
