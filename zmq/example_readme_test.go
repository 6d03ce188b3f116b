package zmq_test

import (
	"context"
	"fmt"
	"log"

	"github.com/actum-go/actum/zmq"
)

// The body of this function is the README's example: `make format` compares them.
func Example() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer sockets.Close()

	results, err := sockets.NewSocket(zmq.PULL, zmq.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := results.Bind("tcp://127.0.0.1:*"); err != nil {
		log.Fatal(err)
	}

	worker, err := sockets.NewSocket(zmq.PUSH, zmq.Options{SendHWM: 10_000})
	if err != nil {
		log.Fatal(err)
	}
	if err := worker.Connect(results.LastEndpoint()); err != nil {
		log.Fatal(err)
	}
	if err := worker.SendFrames(ctx, []byte("job 7"), []byte("done")); err != nil {
		log.Fatal(err)
	}

	msg, err := results.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %s\n", msg.Frame(0), msg.Frame(1))
	// Output: job 7: done
}
