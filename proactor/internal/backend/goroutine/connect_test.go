package goroutine

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A connect that has ended, with a stream or an error, is forgotten.
func TestConnectIsForgotten(t *testing.T) {
	b, err := New(backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	address := l.LocalAddr().String()
	for _, listening := range []bool{true, false} {
		op := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: address}}
		b.Start(op)
		for b.Wait(backend.NoDeadline) == nil {
		}
		if (op.Err == nil) != listening {
			t.Errorf("listening %v: %v", listening, op.Err)
		}
		g := b.(*Backend)
		g.Mu.Lock()
		if len(g.Connects) != 0 {
			t.Errorf("%d connects are remembered", len(g.Connects))
		}
		g.Mu.Unlock()
		l.Close()
	}
}
