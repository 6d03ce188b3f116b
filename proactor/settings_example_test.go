package proactor_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
)

// virtual makes a dispatcher whose time is virtual, so that an example can wait for an
// hour: everything else is as on any other dispatcher.
func virtual() (*proactor.Dispatcher, *sim.Network) {
	network := sim.NewNetwork(1, sim.Faults{})
	d, err := proactor.New(proactor.Options{Backend: network})
	if err != nil {
		panic(err)
	}
	return d, network
}

// dispatchUntil dispatches until done holds.
func dispatchUntil(d *proactor.Dispatcher, done func() bool) {
	for !done() {
		if _, err := d.RunOne(context.Background()); err != nil {
			panic(err)
		}
	}
}

// streams are the two ends of a stream on d.
func streams(d *proactor.Dispatcher) (a, b *proactor.Handle) {
	ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		panic(err)
	}
	defer ln.Close()
	nothing := proactor.HandlerFunc(func(*proactor.Operation) {})
	accept, connect := proactor.Operation{Handler: nothing}, proactor.Operation{Handler: nothing}
	ln.Accept(&accept)
	d.Connect(&connect, "tcp", ln.LocalAddr().String(), nil)
	dispatchUntil(d, func() bool { return !accept.Outstanding() && !connect.Outstanding() })
	return connect.Handle(), accept.Handle()
}

// A peer that sends nothing for half a minute is disconnected. The setting stays: each
// following read has the same timeout.
func ExampleOperation_SetTimeout() {
	d, _ := virtual()
	defer d.Close()
	peer, _ := streams(d)

	var read proactor.Operation
	read.SetTimeout(30 * time.Second)
	read.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if errors.Is(op.Err(), os.ErrDeadlineExceeded) {
			fmt.Println("no word from the peer:", op.Err())
			peer.Close()
		}
	})
	peer.Read(&read, make([]byte, 64))
	dispatchUntil(d, func() bool { return !read.Outstanding() })
	// Output: no word from the peer: proactor: the operation did not complete before its timeout or deadline, and was cancelled
}

// A request must end by a certain time, whatever it does until then: each of its
// operations has the same deadline.
func ExampleOperation_SetDeadline() {
	d, _ := virtual()
	defer d.Close()
	peer, _ := streams(d)

	deadline := time.Now().Add(time.Minute)
	var read, pause proactor.Operation
	for _, op := range []*proactor.Operation{&read, &pause} {
		op.SetDeadline(deadline)
		op.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
			fmt.Println(op.Kind(), errors.Is(op.Err(), proactor.ErrDeadlineExceeded))
		})
	}
	peer.Read(&read, make([]byte, 64))
	d.StartTimer(&pause, time.Hour)
	dispatchUntil(d, func() bool { return !read.Outstanding() && !pause.Outstanding() })
	// Unordered output:
	// read true
	// timer true
}

// A context ends operations early, and its cause is their error.
func ExampleOperation_SetContext() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	peer, _ := streams(d)

	ctx, cancel := context.WithCancelCause(context.Background())
	var read proactor.Operation
	read.SetContext(ctx)
	read.Handler = proactor.HandlerFunc(func(op *proactor.Operation) { fmt.Println(op.Err()) })
	peer.Read(&read, make([]byte, 64))
	go cancel(errors.New("the client has gone"))
	dispatchUntil(d, func() bool { return !read.Outstanding() })
	// Output: proactor: operation ended by its context: the client has gone
}

// session is a connection with several operations. Its cancel group knows which of them
// are outstanding.
type session struct {
	group           proactor.CancelGroup
	read, heartbeat proactor.Operation
}

func (s *session) HandleCompletion(op *proactor.Operation) { fmt.Println(op.Kind(), op.Err()) }

// One call cancels everything that a connection has outstanding: reads, writes, timers.
func ExampleCancelGroup() {
	d, _ := virtual()
	defer d.Close()
	peer, _ := streams(d)

	var s session
	for _, op := range []*proactor.Operation{&s.read, &s.heartbeat} {
		op.Handler = &s
		op.SetCancelGroup(&s.group)
	}
	peer.Read(&s.read, make([]byte, 64))
	d.StartTicker(&s.heartbeat, time.Second)
	fmt.Println(s.group.Outstanding(), "outstanding")
	s.group.Cancel()
	dispatchUntil(d, func() bool { return s.group.Outstanding() == 0 })
	// Unordered output:
	// 2 outstanding
	// read proactor: operation cancelled: context canceled
	// timer proactor: operation cancelled: context canceled
}

func ExampleHandle_Cancel() {
	d, _ := virtual()
	defer d.Close()
	peer, _ := streams(d)

	var first, second proactor.Operation
	first.Handler = proactor.HandlerFunc(func(op *proactor.Operation) { fmt.Println("first:", op.Err()) })
	second.Handler = proactor.HandlerFunc(func(op *proactor.Operation) { fmt.Println("second:", op.Err()) })
	peer.Read(&first, make([]byte, 64))
	peer.Read(&second, make([]byte, 64))
	peer.Cancel()
	dispatchUntil(d, func() bool { return !first.Outstanding() && !second.Outstanding() })
	// Output:
	// first: proactor: operation cancelled: context canceled
	// second: proactor: operation cancelled: context canceled
}
