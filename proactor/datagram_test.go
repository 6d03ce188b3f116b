package proactor_test

import (
	"context"
	"encoding/binary"
	"net"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/alloctest"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
	"github.com/actum-go/actum/proactor/sim"
)

// TestNoAllocationDatagrams: a datagram there and back allocates nothing.
func TestNoAllocationDatagrams(t *testing.T) {
	for _, name := range workingBackends() {
		for _, network := range []string{"udp", "unixgram"} {
			if name == "sim" || name == "kqueue" || name == "goroutine" && network == "unixgram" {
				continue // sim copies each datagram; packages unix and net allocate an address or a path for each
			}
			t.Run(name+"/"+network, func(t *testing.T) {
				conformance.NeedNetwork(t, name, network)
				d := dispatcher(t, name)
				turn := datagramTurn(t, d, network)
				turn()
				alloctest.None(t, 1000, func() {
					for range 1000 {
						turn()
					}
				})
			})
		}
	}
}

// datagramTurn returns a function that sends a datagram from one handle to another
// one, which receives it.
func datagramTurn(t *testing.T, d *proactor.Dispatcher, network string) func() {
	listen := func() *proactor.Handle {
		address := "127.0.0.1:0"
		if network == "unixgram" {
			address = t.TempDir() + "/s"
		}
		h, err := d.ListenPacket(network, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	a, b := listen(), listen()
	nothing := proactor.HandlerFunc(func(*proactor.Operation) {})
	send, receive := proactor.Operation{Handler: nothing}, proactor.Operation{Handler: nothing}
	data, buf := make([]byte, 64), make([]byte, 64)
	to := addrOf(b.LocalAddr())
	return func() {
		b.ReceiveFrom(&receive, buf)
		a.SendTo(&send, data, to)
		finish(t, d, &send)
		finish(t, d, &receive)
		if receive.Err() != nil || receive.N() != len(data) || !receive.From().IsValid() {
			t.Fatal(receive.N(), receive.From(), receive.Err())
		}
	}
}

// addrOf is the address of a datagram handle.
func addrOf(a net.Addr) proactor.PacketAddr {
	if u, ok := a.(*net.UDPAddr); ok {
		return proactor.PacketAddr{AddrPort: u.AddrPort()}
	}
	return proactor.PacketAddr{Path: a.String()}
}

// TestSimDatagramFaults: on a rough network datagrams are lost, arrive twice and
// overtake one another, but none is changed, and the same seed gives the same run.
func TestSimDatagramFaults(t *testing.T) {
	first := datagramRun(t, 7)
	if again := datagramRun(t, 7); string(again) != string(first) {
		t.Error("the same seed, and another run")
	}
	var counts [200]int
	overtaken, last := 0, -1
	for len(first) > 0 {
		n := int(binary.BigEndian.Uint16(first))
		first = first[2:]
		counts[n]++
		if n < last {
			overtaken++
		}
		last = n
	}
	lost, twice := 0, 0
	for _, c := range counts {
		switch c {
		case 0:
			lost++
		case 2:
			twice++
		}
	}
	if lost == 0 || lost > 100 || twice == 0 || overtaken == 0 {
		t.Errorf("of %d datagrams %d were lost, %d came twice, %d were overtaken", len(counts), lost, twice, overtaken)
	}
}

// datagramRun sends 200 numbers and returns those that arrived.
func datagramRun(t *testing.T, seed uint64) (got []byte) {
	faults := sim.Faults{Lose: 0.2, Duplicate: 0.2, Delay: 0.5}
	d := newDispatcher(t, proactor.Options{Backend: sim.NewNetwork(seed, faults)})
	server, err := d.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 2)
	receive := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			got = append(got, buf[:op.N()]...)
			server.ReceiveFrom(op, buf)
		}
	})}
	server.ReceiveFrom(&receive, buf)
	client, err := d.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint16(200) {
		if _, err := result(t, d, func(op *proactor.Operation) {
			client.SendTo(op, binary.BigEndian.AppendUint16(nil, i), addrOf(server.LocalAddr()))
		}); err != nil {
			t.Fatal(err)
		}
	}
	rest := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {})}
	d.StartTimer(&rest, time.Minute)
	for rest.Outstanding() {
		d.RunOne(context.Background())
	}
	return got
}
