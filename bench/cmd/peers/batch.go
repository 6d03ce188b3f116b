package main

import (
	"time"

	"github.com/actum-go/actum/zmq"
)

// sendBatches sends count messages, many with one call.
func (s *side) sendBatches(socket *zmq.Socket, count int) error {
	out := make([]zmq.Msg, s.batch)
	for i := range out {
		out[i] = zmq.NewMsg(s.payload("")...)
	}
	for count > 0 {
		n, err := socket.SendBatch(never, out[:min(len(out), count)])
		if err != nil {
			return err
		}
		count -= n
	}
	return nil
}

// batchesFrom counts what one socket receives, many messages with one call.
func (r *receiving) batchesFrom(socket *zmq.Socket) error {
	in := make([]zmq.Msg, r.batch)
	for {
		n, err := socket.RecvBatch(never, in)
		if err != nil {
			if r.ended.Load() {
				return nil
			}
			return err
		}
		if r.first.Load() == 0 {
			r.first.CompareAndSwap(0, time.Now().UnixNano())
		}
		for i := range in[:n] {
			if !r.right(&in[i], 0) {
				return errSize
			}
		}
		zmq.ReleaseBatch(in[:n])
		if end, err := r.add(n); end || err != nil {
			return err
		}
	}
}
