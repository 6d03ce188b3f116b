// Command gozeromq measures go-zeromq/zmq4 with the arguments of libzmq's
// perf programs: local_thr, remote_thr, local_lat, remote_lat. Its inproc
// loses messages when a socket closes and is left out.
package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/actum-go/actum/bench/internal/perf"
)

// drain is how long a socket stays open after its last message: go-zeromq has
// no linger, and a peer's close overtakes messages that have not been received yet.
const drain = 300 * time.Millisecond

func main() {
	perf.Programs{
		"local_thr":  local(zmq4.NewPull, pull),
		"remote_thr": remote(zmq4.NewPush, push),
		"local_lat":  local(zmq4.NewRep, answer),
		"remote_lat": remote(zmq4.NewReq, ask),
	}.Main()
}

type (
	program   = func(w io.Writer, a perf.Args) error
	newSocket = func(ctx context.Context, opts ...zmq4.Option) zmq4.Socket
	half      = func(w io.Writer, s zmq4.Socket, a perf.Args) error
)

func local(open newSocket, run half) program {
	return with(open, zmq4.Socket.Listen, run)
}

func remote(open newSocket, run half) program {
	return with(open, zmq4.Socket.Dial, run)
}

func with(open newSocket, attach func(zmq4.Socket, string) error, run half) program {
	return func(w io.Writer, a perf.Args) error {
		socket := open(context.Background())
		defer socket.Close()
		if err := attach(socket, a.Endpoint); err != nil {
			return err
		}
		if err := run(w, socket, a); err != nil {
			return err
		}
		time.Sleep(drain)
		return nil
	}
}

func push(_ io.Writer, s zmq4.Socket, a perf.Args) error {
	payload := make([]byte, a.Size)
	for range a.Count {
		if err := s.Send(zmq4.NewMsg(payload)); err != nil {
			return err
		}
	}
	return nil
}

// pull's clock runs from the first message to the last.
func pull(w io.Writer, s zmq4.Socket, a perf.Args) error {
	var start time.Time
	for i := range a.Count {
		if err := receive(s, a.Size); err != nil {
			return err
		}
		if i == 0 {
			start = time.Now()
		}
	}
	perf.ReportThroughput(w, a.Count, time.Since(start))
	return nil
}

func answer(_ io.Writer, s zmq4.Socket, a perf.Args) error {
	for range a.Count {
		m, err := s.Recv()
		if err != nil {
			return err
		}
		if err := s.Send(m); err != nil {
			return err
		}
	}
	return nil
}

func ask(w io.Writer, s zmq4.Socket, a perf.Args) error {
	payload := make([]byte, a.Size)
	latency := perf.StartLatency(a.Count)
	for range a.Count {
		if err := s.Send(zmq4.NewMsg(payload)); err != nil {
			return err
		}
		if err := receive(s, a.Size); err != nil {
			return err
		}
		latency.Lap()
	}
	latency.Report(w)
	return nil
}

func receive(s zmq4.Socket, size int) error {
	m, err := s.Recv()
	if err == nil && len(m.Bytes()) != size {
		err = fmt.Errorf("received a message of %d bytes instead of %d", len(m.Bytes()), size)
	}
	return err
}
