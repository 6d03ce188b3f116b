package netio_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/netio"
	"github.com/actum-go/actum/proactor/sim"
)

var (
	never = time.Time{}
	past  = time.Unix(1, 0)
)

// soon returns a deadline that passes during the test.
func soon() time.Time { return time.Now().Add(5 * time.Millisecond) }

// later returns a deadline that does not.
func later() time.Time { return time.Now().Add(time.Hour) }

// timed is a call that has a deadline, and the function that sets it.
type timed struct {
	name string
	call func() error
	set  func(time.Time) error
}

func timedCalls(a *netio.Conn, ln *netio.Listener) []timed {
	return []timed{
		{"read", func() error { return readOne(a) }, a.SetReadDeadline},
		{"write", func() error { return writeForever(a) }, a.SetWriteDeadline},
		{"accept", func() error { _, err := ln.Accept(); return err }, ln.SetDeadline},
	}
}

// TestDeadlines sets deadlines in turn while a call is blocked; the last one must
// end it.
func TestDeadlines(t *testing.T) {
	scripts := map[string]func() []time.Time{
		"past":                      func() []time.Time { return []time.Time{past} },
		"soon":                      func() []time.Time { return []time.Time{soon()} },
		"later, then past":          func() []time.Time { return []time.Time{later(), past} },
		"later, then soon":          func() []time.Time { return []time.Time{later(), soon()} },
		"never, then soon":          func() []time.Time { return []time.Time{never, soon()} },
		"soon, put off, then soon":  func() []time.Time { return []time.Time{soon(), later(), never, later(), soon()} },
		"many, each a little later": many,
	}
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
				a, _ := pair(t, d, network)
				for _, c := range timedCalls(a, listen(t, d, network)) {
					result := blocked(c.call)
					for _, at := range script() {
						if err := c.set(at); err != nil {
							t.Fatal(err)
						}
					}
					checkTimeout(t, c.name, <-result)
					checkTimeout(t, c.name, c.call()) // the direction stays expired
				}
			})
		})
	}
}

func many() (list []time.Time) {
	for i := range 20 {
		list = append(list, time.Now().Add(time.Duration(i)*100*time.Microsecond))
	}
	return list
}

func checkTimeout(t *testing.T, op string, err error) {
	t.Helper()
	checkOpError(t, op, err, os.ErrDeadlineExceeded)
	if e, ok := err.(net.Error); !ok || !e.Timeout() {
		t.Errorf("%s: %v is no timeout", op, err)
	}
}

// TestDeadlineTakenBack expires a blocked call's deadline and removes it at once,
// again and again: the call either fails, or continues and loses nothing.
func TestDeadlineTakenBack(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		const rounds = 200
		go func() {
			for i := range rounds {
				a.SetReadDeadline(past)
				a.SetReadDeadline(never)
				b.Write([]byte{byte(i)})
			}
		}()
		buf := make([]byte, 1)
		for i := 0; i < rounds; {
			_, err := a.Read(buf)
			switch {
			case err != nil:
				checkTimeout(t, "read", err)
			case buf[0] != byte(i):
				t.Fatalf("read %d instead of %d", buf[0], byte(i))
			default:
				i++
			}
		}
	})
}

// TestDeadlineMidWrite: a write that a deadline ends returns the number of bytes
// written, which the peer gets.
func TestDeadlineMidWrite(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		a, b := pair(t, d, network)
		a.SetWriteDeadline(soon())
		n, err := a.Write(make([]byte, 64<<20))
		checkTimeout(t, "write", err)
		a.SetWriteDeadline(never)
		go func() {
			a.Write([]byte{1})
			a.Close()
		}()
		got := 0
		buf := make([]byte, 64<<10)
		for {
			m, err := b.Read(buf)
			if m > 0 {
				got += m
			}
			if err != nil {
				break
			}
		}
		if got != n+1 {
			t.Errorf("wrote %d and 1, read %d", n, got)
		}
	})
}

// TestDeadlineExact lets deadlines pass in virtual time, exactly on time. A
// deadline that is replaced by a later one has no effect.
func TestDeadlineExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openSim(t, 1, sim.Faults{})
		a, _ := pair(t, d, "tcp")
		start := time.Now()
		a.SetReadDeadline(start.Add(time.Minute))
		result := blocked(func() error { return readOne(a) })
		time.Sleep(30 * time.Second)
		a.SetReadDeadline(start.Add(time.Hour))
		checkTimeout(t, "read", <-result)
		if took := time.Since(start); took != time.Hour {
			t.Errorf("the deadline passed after %v", took)
		}
		if err := readOne(a); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	})
}
