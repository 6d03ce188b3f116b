package zmq_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// Appending to a received frame does not overwrite another message, for any size
// and transport.
func TestAppendToWhatIsReceived(t *testing.T) {
	sizes := []int{0, 1, 10, 255, 256, 300, 4 << 10, 5000, 31 << 10, 32 << 10, 40_000, 100_000}
	everyTransport(t, func(f *fixture) {
		push, pull := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PULL, zmq.Options{})
		f.Link(pull, push)
		var want [][][]byte
		for i := range 200 {
			frames := [][]byte{fmt.Append(nil, i)}
			if i%5 == 4 { // in between, enough short ones in a row to be lent
				frames = append(frames, bytes.Repeat([]byte{byte(i)}, sizes[i/5%len(sizes)]))
			}
			if i >= 100 {
				frames = [][]byte{bytes.Repeat([]byte{byte(i)}, 1+i%7)}
			}
			want = append(want, frames)
		}
		sent := async(func() error {
			for _, frames := range want {
				if err := push.Send(f.Ctx, zmq.CopyMsg(frames...)); err != nil {
					return err
				}
			}
			return nil
		})
		var got []zmq.Msg
		for range want {
			m, err := pull.Recv(f.Ctx)
			must(t, err)
			for _, f := range m.Frames() {
				_ = append(f, "................................................................"...)
			}
			got = append(got, m)
		}
		must(t, <-sent)
		for i := range want {
			if w := zmq.NewMsg(want[i]...); !got[i].Equal(&w) {
				t.Fatalf("message %d is %.60q, want %.60q", i, got[i].Frames(), want[i])
			}
		}
	})
}
