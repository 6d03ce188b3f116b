//go:build linux

package epoll

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A long header or trailer takes turns as a file does, so that other operations do not
// wait longer.
func TestTransmitTurnsWithoutFile(t *testing.T) {
	long := make([]byte, 3*backend.TransmitTurn)
	for name, args := range map[string]*backend.Transmission{
		"header":  {Header: long},
		"trailer": {Trailer: long},
		"both":    {Header: long[:10], Trailer: long},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBackend(t)
			client, server := pair(t, b)
			send := &backend.Op{Kind: backend.KindTransmitFile, Handle: server, Args: args}
			args.Reset(send)
			b.Start(send)
			if args.Sent == 0 || args.Sent > backend.TransmitTurn {
				t.Errorf("a turn wrote %d bytes, %d are the most", args.Sent, backend.TransmitTurn)
			}
			if err := server.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			got := make(chan int, 1)
			go func() { got <- drain(t, client) }()
			collect(t, b, 1)
			if want := len(args.Header) + len(args.Trailer); send.Err != nil || send.N != want || <-got != want {
				t.Errorf("%d bytes, %v; want %d", send.N, send.Err, want)
			}
		})
	}
}
