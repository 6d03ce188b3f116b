package proactor_test

import (
	"fmt"
	"slices"

	"github.com/actum-go/actum/proactor"
)

// switchboard joins callers in pairs: bytes from one end go to the other. It has no
// table of its lines. Each operation carries its line as its token, which the
// dispatcher does not touch: a completion finds its line without a look-up and
// without a lock.
type switchboard struct {
	moved int // bytes
}

// line is one direction of a call.
type line struct {
	from, to    *proactor.Handle
	read, write proactor.Operation
	buf         [64]byte
}

// join connects a and b.
func (s *switchboard) join(a, b *proactor.Handle) {
	for _, l := range []*line{{from: a, to: b}, {from: b, to: a}} {
		l.read.Handler, l.write.Handler = s, s
		l.read.Token, l.write.Token = l, l
		l.from.Read(&l.read, l.buf[:])
	}
}

// HandleCompletion is the one handler of all lines. Without the token it would have
// to find the line, by the operation or by the stream, in a map to which every new
// call writes.
func (s *switchboard) HandleCompletion(op *proactor.Operation) {
	l := op.Token.(*line)
	switch {
	case op.Err() != nil:
		l.to.Close()
	case op.Kind() == proactor.KindRead:
		l.to.Write(&l.write, l.buf[:op.N()])
	default:
		s.moved += op.N()
		l.from.Read(&l.read, l.buf[:])
	}
}

// The asynchronous completion token saves a look-up: ten calls go through one
// handler.
func ExampleOperation_token() {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()

	s := new(switchboard)
	heard := make([]string, 10)
	for i := range heard {
		caller, a := streams(d)
		callee, b := streams(d)
		s.join(a, b)
		said, buf := fmt.Appendf(nil, "call %d", i), make([]byte, 64)
		op := &proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
			heard[i] = string(buf[:op.N()])
		})}
		callee.Read(op, buf)
		caller.TryWrite(said)
	}
	dispatchUntil(d, func() bool { return !slices.Contains(heard, "") })
	fmt.Println(heard[3], "and", heard[7])
	// Output: call 3 and call 7
}
