package zmq_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/actum-go/actum/zmq"
)

// open makes a socket for an example; it belongs to the context, which closes it.
func open(c *zmq.Context, t zmq.Type, o zmq.Options) *zmq.Socket {
	s, err := c.NewSocket(t, o)
	if err != nil {
		log.Fatal(err)
	}
	return s
}

// check ends an example that cannot continue.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// PUSH distributes work in rotation, and PULL collects the results.
func Example_pushPull() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	check(err)
	defer sockets.Close()

	jobs := open(sockets, zmq.PUSH, zmq.Options{})
	check(jobs.Bind("inproc://jobs"))
	results := open(sockets, zmq.PULL, zmq.Options{})
	check(results.Bind("inproc://results"))

	for range 3 { // workers: goroutines here, processes with tcp or ipc
		in, out := open(sockets, zmq.PULL, zmq.Options{}), open(sockets, zmq.PUSH, zmq.Options{})
		check(in.Connect("inproc://jobs"))
		check(out.Connect("inproc://results"))
		go func() {
			for job, err := range in.Messages(ctx) {
				check(err)
				_ = out.SendBytes(ctx, append(job.Bytes(), " done"...))
			}
		}()
	}

	for i := range 3 {
		check(jobs.SendBytes(ctx, fmt.Appendf(nil, "job %d", i)))
	}
	for range 3 {
		b, err := results.RecvBytes(ctx)
		check(err)
		fmt.Printf("%s\n", b)
	}
	// Unordered output:
	// job 0 done
	// job 1 done
	// job 2 done
}

// Many messages in one call.
func ExampleSocket_SendBatch() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	check(err)
	defer sockets.Close()

	samples := open(sockets, zmq.PULL, zmq.Options{})
	check(samples.Bind("inproc://samples"))
	sensor := open(sockets, zmq.PUSH, zmq.Options{})
	check(sensor.Connect("inproc://samples"))

	batch := make([]zmq.Msg, 100)
	for i := range batch {
		batch[i] = zmq.NewMsg(fmt.Append(nil, i))
	}
	_, err = sensor.SendBatch(ctx, batch) // waits until all are sent
	check(err)

	received, sum := 0, 0
	for received < len(batch) {
		n, err := samples.RecvBatch(ctx, batch) // those that are there, and at least one
		check(err)
		for i := range batch[:n] {
			var sample int
			_, err := fmt.Sscan(string(batch[i].Bytes()), &sample)
			check(err)
			sum += sample
		}
		zmq.ReleaseBatch(batch[:n])
		received += n
	}
	fmt.Println(received, "samples, their sum is", sum)
	// Output: 100 samples, their sum is 4950
}

// A request, then its reply. Frames are kept apart.
func Example_reqRep() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	check(err)
	defer sockets.Close()

	server := open(sockets, zmq.REP, zmq.Options{})
	check(server.Bind("tcp://127.0.0.1:*"))
	go func() {
		for request, err := range server.Messages(ctx) {
			check(err)
			name := request.Frame(1)
			_ = server.SendBytes(ctx, append([]byte("hello "), name...))
		}
	}()

	client := open(sockets, zmq.REQ, zmq.Options{})
	check(client.Connect(server.LastEndpoint()))
	for _, name := range []string{"Ada", "Grace"} {
		check(client.SendFrames(ctx, []byte("greet"), []byte(name)))
		reply, err := client.RecvBytes(ctx)
		check(err)
		fmt.Printf("%s\n", reply)
	}
	// Output:
	// hello Ada
	// hello Grace
}

// A broker between clients and workers has a ROUTER in front and a DEALER behind
// it. It passes each message on unchanged: the frames that address the reply are
// part of it.
func Example_broker() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	check(err)
	defer sockets.Close()

	front, back := open(sockets, zmq.ROUTER, zmq.Options{}), open(sockets, zmq.DEALER, zmq.Options{})
	check(front.Bind("tcp://127.0.0.1:*"))
	check(back.Bind("ipc://*"))
	pass := func(from, to *zmq.Socket) {
		for m, err := range from.Messages(ctx) {
			check(err)
			if to.Send(ctx, m) != nil {
				return // closed
			}
		}
	}
	go pass(front, back) // a socket may be used by both at once
	go pass(back, front)

	for range 3 {
		worker := open(sockets, zmq.REP, zmq.Options{})
		check(worker.Connect(back.LastEndpoint()))
		go func() {
			for m, err := range worker.Messages(ctx) {
				check(err)
				_ = worker.SendBytes(ctx, append([]byte("done: "), m.Bytes()...))
			}
		}()
	}

	asker := open(sockets, zmq.REQ, zmq.Options{})
	check(asker.Connect(front.LastEndpoint()))
	for i := range 3 {
		check(asker.SendBytes(ctx, fmt.Append(nil, "job ", i)))
		reply, err := asker.RecvBytes(ctx)
		check(err)
		fmt.Printf("%s\n", reply)
	}
	// Output:
	// done: job 0
	// done: job 1
	// done: job 2
}

// Every subscriber gets the messages that it has subscribed to. Messages
// published before a subscription has arrived are not kept: Stats shows when it
// has.
func Example_pubSub() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	check(err)
	defer sockets.Close()

	weather := open(sockets, zmq.PUB, zmq.Options{})
	check(weather.Bind("tcp://127.0.0.1:*"))
	oslo := open(sockets, zmq.SUB, zmq.Options{Subscribe: []string{"oslo"}})
	check(oslo.Connect(weather.LastEndpoint()))
	for range time.Tick(time.Millisecond) {
		if weather.Stats().Subscriptions > 0 {
			break
		}
	}

	check(weather.SendFrames(ctx, []byte("lima"), []byte("22")))
	check(weather.SendFrames(ctx, []byte("oslo"), []byte("-3")))
	m, err := oslo.Recv(ctx)
	check(err)
	fmt.Printf("%s: %s degrees\n", m.Frame(0), m.Frame(1))
	// Output: oslo: -3 degrees
}

// Readable is for select: a token says that TryRecv may succeed.
func ExampleSocket_Readable() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	check(err)
	defer sockets.Close()

	data, control := open(sockets, zmq.PULL, zmq.Options{}), open(sockets, zmq.PULL, zmq.Options{})
	check(data.Bind("inproc://data"))
	check(control.Bind("inproc://control"))
	sender := open(sockets, zmq.PUSH, zmq.Options{})
	check(sender.Connect("inproc://data"))
	for i := range 3 {
		check(sender.SendBytes(ctx, fmt.Append(nil, i)))
	}

	for {
		select {
		case <-data.Readable():
			for m, err := data.TryRecv(); err == nil; m, err = data.TryRecv() {
				fmt.Printf("data %s\n", m.Bytes())
				if string(m.Bytes()) == "2" { // the last one: stop now
					stop := open(sockets, zmq.PUSH, zmq.Options{})
					check(stop.Connect("inproc://control"))
					check(stop.SendBytes(ctx, []byte("stop")))
				}
			}
		case <-control.Readable():
			if m, err := control.TryRecv(); err == nil {
				fmt.Printf("control %s\n", m.Bytes())
				return
			}
		}
	}
	// Output:
	// data 0
	// data 1
	// data 2
	// control stop
}

// Messages ends when its context is done or the socket is closed. It yields an
// error only for other reasons.
func ExampleSocket_Messages() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	check(err)
	defer sockets.Close()

	pull := open(sockets, zmq.PULL, zmq.Options{})
	check(pull.Bind("inproc://numbers"))
	push := open(sockets, zmq.PUSH, zmq.Options{})
	check(push.Connect("inproc://numbers"))
	for i := range 3 {
		check(push.SendBytes(ctx, fmt.Append(nil, i)))
	}

	for m, err := range pull.Messages(ctx) {
		check(err)
		fmt.Printf("%s\n", m.Bytes())
		if string(m.Bytes()) == "2" {
			break
		}
	}
	// Output:
	// 0
	// 1
	// 2
}

// Stats counts what was sent, received and dropped, and why.
func ExampleSocket_Stats() {
	ctx := context.Background()
	sockets, err := zmq.NewContext(zmq.ContextOptions{})
	check(err)
	defer sockets.Close()

	pub := open(sockets, zmq.PUB, zmq.Options{})
	check(pub.SendBytes(ctx, []byte("nobody listens")))
	router := open(sockets, zmq.ROUTER, zmq.Options{})
	check(router.SendFrames(ctx, []byte("nobody"), []byte("is called that")))
	for why, n := range router.Stats().Dropped {
		fmt.Printf("%d dropped: %s\n", n, why)
	}
	fmt.Printf("%d unwanted\n", pub.Stats().Unwanted)
	// Output:
	// 1 dropped: unroutable
	// 1 unwanted
}
