package proactor_test

import (
	"context"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// BenchmarkRecord measures the cost of the causal record: an echo of 64 bytes over
// tcp, both sides with the record on ("on") or off ("off"). Scripts compare the two
// in pairs: see docs/adr/0008-causal-record.md.
func BenchmarkRecord(b *testing.B) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		for _, connections := range []int{1, 100} {
			for _, off := range []bool{false, true} {
				b.Run(recordName(name, connections, off), func(b *testing.B) {
					benchmarkRecord(b, name, connections, proactor.RecordOptions{Off: off})
				})
			}
		}
	}
}

func recordName(backend string, connections int, off bool) string {
	name := backend + "/connections=1"
	if connections > 1 {
		name = backend + "/connections=100"
	}
	if off {
		return name + "/off"
	}
	return name + "/on"
}

func benchmarkRecord(b *testing.B, name string, connections int, o proactor.RecordOptions) {
	server := newDispatcher(b, proactor.Options{Backend: proactor.Named(name), Record: o})
	s, err := newEchoServer(server, "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go server.Run()
	defer server.Close()
	d := newDispatcher(b, proactor.Options{Backend: proactor.Named(name), Record: o})
	left := b.N
	clients := make([]echoClient, connections)
	for i := range clients {
		c := &clients[i]
		c.d, c.left = d, &left
		c.read.Handler, c.write.Handler = c, c
		d.Connect(&c.write, "tcp", s.ln.LocalAddr().String(), nil)
		for c.write.Outstanding() {
			if _, err := d.RunOne(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		c.h = c.write.Handle()
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range clients {
		clients[i].send()
	}
	d.Run()
}
