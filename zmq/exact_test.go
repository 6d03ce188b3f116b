package zmq_test

import (
	"bytes"
	"reflect"
	"runtime"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// Every option refuses a bad value and keeps its old one.
func TestEveryOptionRefusesNonsense(t *testing.T) {
	anything := map[string]bool{"routing_id": true, "identity": true, "subscribe": true}
	for _, name := range zmq.OptionNames() {
		for _, value := range []string{"nonsense", "", "1x", "99999999999999999999", "-99", "1.5"} {
			if anything[name] {
				continue
			}
			var o zmq.Options
			if err := o.Set(name, value); err == nil {
				t.Errorf("%s = %q: no error", name, value)
			}
			if !reflect.DeepEqual(o, zmq.Options{}) {
				t.Errorf("%s = %q changed the options: %+v", name, value, o)
			}
		}
	}
}

// Over inproc no message is on its way: those that were sent and not received are
// queued, whichever side has bound.
func TestQueuedIsExact(t *testing.T) {
	for _, pushBinds := range []bool{false, true} {
		f := newFixture(t, "inproc")
		push := f.Socket(zmq.PUSH, zmq.Options{SendHWM: 5, Linger: zmq.NoLinger}) // no peer receives what is queued
		pull := f.Socket(zmq.PULL, zmq.Options{RecvHWM: 5})
		if pushBinds {
			f.Link(push, pull)
		} else {
			f.Link(pull, push)
		}
		n := f.Fill(push)
		if got := push.Stats().Queued; n == 0 || got != n {
			t.Errorf("PUSH binds: %v: %d messages are queued, want the %d that were sent", pushBinds, got, n)
		}
	}
}

// SendBytes releases the memory of its copy, whether the message was sent or not.
func TestSendBytesGivesBack(t *testing.T) {
	const size, n = 64 << 10, 200
	f := newFixture(t, "inproc")
	push, pull, alone := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{}), f.Socket(zmq.ROUTER, zmq.Options{})
	f.Link(pull, push)
	b := bytes.Repeat([]byte("x"), size)
	for name, one := range map[string]func(){
		"sent": func() {
			must(t, push.SendBytes(f.Ctx, b))
			m, err := pull.Recv(f.Ctx)
			must(t, err)
			m.Release()
		},
		"not sent": func() {
			if err := alone.SendBytes(f.Ctx, b); err == nil {
				t.Fatal("a ROUTER sends a message without an address")
			}
		},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			one()
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > size*n/2 {
			t.Errorf("%s: %d bytes were allocated for %d copies of %d", name, used, n, size)
		}
	}
}

// Which types send, and which receive.
func TestDirectionsOfTypes(t *testing.T) {
	only := map[zmq.Type][2]bool{zmq.PUSH: {true, false}, zmq.PUB: {true, false}, zmq.PULL: {false, true}, zmq.SUB: {false, true}}
	for _, typ := range []zmq.Type{zmq.PUSH, zmq.PULL, zmq.PUB, zmq.SUB, zmq.REQ, zmq.REP, zmq.DEALER, zmq.ROUTER, zmq.PAIR} {
		want, ok := only[typ]
		if !ok {
			want = [2]bool{true, true}
		}
		if typ.Sends() != want[0] || typ.Receives() != want[1] {
			t.Errorf("%v sends: %v, receives: %v, want %v", typ, typ.Sends(), typ.Receives(), want)
		}
	}
}
