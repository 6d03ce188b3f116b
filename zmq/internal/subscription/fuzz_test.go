package subscription

import (
	"fmt"
	"testing"
)

// FuzzIndex interprets its input as a program. Each step has a byte for the
// action and the peer, a byte for the length of the prefix, and the prefix. A
// prefix that is cut off is repeated, so that long prefixes take few bytes.
func FuzzIndex(f *testing.F) {
	f.Add([]byte("\x00\x01a\x08\x01a\x10\x02ab\x01\x01a\x03\x01a\x04\x00"))
	f.Add([]byte("\x00\xffa\x00\xfea\x01\x10aaaaaaaaaaaaaaab\x02\xff\x03\xff\x01\x01a"))
	f.Add([]byte("0\x00&\x010%0")) // the peer that leaves has no subscription: the other one is the sole subscriber
	f.Fuzz(func(t *testing.T, program []byte) {
		m := newModel()
		var err error
		for step := 0; len(program) >= 2 && step < 300 && err == nil; step++ {
			for len(m.peers) < 4 {
				m.join()
			}
			do, who, size := program[0]%8, int(program[0]/8)%4, int(program[1])
			program = program[2:]
			here := min(size, len(program))
			prefix := append([]byte(nil), program[:here]...)
			if program = program[here:]; here > 0 {
				for len(prefix) < 2*size && size > 100 {
					prefix = append(prefix, prefix[len(prefix)-here])
				}
			}
			p := m.peers[who]
			m.index.memo.turnOn(1 + size%maxDepth)
			switch do {
			case 0, 1, 2, 3:
				err = m.add(p, string(prefix))
			case 4:
				err = m.remove(p, string(prefix))
			case 5:
				err = m.compare(string(prefix))
			case 6:
				m.leave(who)
			case 7:
				err = m.sweepAll()
			}
			if err == nil {
				err = m.index.check()
			}
		}
		if err != nil {
			t.Fatal(fmt.Errorf("%w", err))
		}
	})
}
