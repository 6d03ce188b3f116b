package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/actum-go/actum/zmq"
)

// The code of docs/zmq-quickstart.md, which TestQuickstart compares.

func Example_quickstart() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer sockets.Close()

	server, err := serve(ctx, sockets)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := ask(ctx, sockets, server.LastEndpoint(), "Ada")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer)
	// Output: hello Ada
}

// serve answers requests until its socket or ctx ends.
func serve(ctx context.Context, sockets *zmq.Context) (*zmq.Socket, error) {
	s, err := sockets.NewSocket(zmq.REP, zmq.Options{})
	if err != nil {
		return nil, err
	}
	if err := s.Bind("tcp://127.0.0.1:*"); err != nil {
		return nil, err
	}
	go func() {
		for {
			request, err := s.Recv(ctx)
			if err != nil {
				return // zmq.ErrClosed, or ctx.Err()
			}
			reply := fmt.Appendf(nil, "hello %s", request.Bytes())
			if err := s.SendBytes(ctx, reply); err != nil {
				return
			}
		}
	}()
	return s, nil
}

// ask sends one request, and waits up to two seconds for the reply.
func ask(ctx context.Context, sockets *zmq.Context, endpoint, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	s, err := sockets.NewSocket(zmq.REQ, zmq.Options{Linger: zmq.NoLinger})
	if err != nil {
		return "", err
	}
	defer s.Close()
	if err := s.Connect(endpoint); err != nil {
		return "", err
	}
	if err := s.SendBytes(ctx, []byte(name)); err != nil {
		return "", err
	}
	reply, err := s.RecvBytes(ctx)
	return string(reply), err
}

func Example_quickstartPublish() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer sockets.Close()

	weather, err := sockets.NewSocket(zmq.PUB, zmq.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := weather.Bind("tcp://127.0.0.1:*"); err != nil {
		log.Fatal(err)
	}
	oslo, err := sockets.NewSocket(zmq.SUB, zmq.Options{Subscribe: []string{"oslo"}})
	if err != nil {
		log.Fatal(err)
	}
	if err := oslo.Connect(weather.LastEndpoint()); err != nil {
		log.Fatal(err)
	}
	for weather.Stats().Subscriptions == 0 { // what is published earlier is not kept
		time.Sleep(time.Millisecond)
	}
	for _, report := range [][2]string{{"paris", "rain"}, {"oslo", "snow"}} {
		if err := weather.SendFrames(ctx, []byte(report[0]), []byte(report[1])); err != nil {
			log.Fatal(err)
		}
	}
	report, err := oslo.RecvFrames(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %s\n", report[0], report[1])
	// Output: oslo: snow
}

func Example_quickstartShutdown() {
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer sockets.Close()

	jobs, err := sockets.NewSocket(zmq.PUSH, zmq.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := jobs.Connect("tcp://127.0.0.1:1"); err != nil { // where no process listens
		log.Fatal(err)
	}
	if err := jobs.SendBytes(context.Background(), []byte("job 7")); err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err = jobs.Shutdown(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded), jobs.Stats().Dropped)
	// Output: true map[peer gone:1]
}
