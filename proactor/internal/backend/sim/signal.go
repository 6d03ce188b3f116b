package sim

import (
	"os"
	"slices"
)

// subscription is a wish to be told of signals.
type subscription struct {
	deliver func(os.Signal)
	signals []os.Signal
}

// Notify has deliver called for each of the signals that is raised, until stop
// is called. The system's own signals do not come here.
func (b *Backend) Notify(deliver func(os.Signal), signals []os.Signal) (stop func()) {
	s := &subscription{deliver, signals}
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.signals = append(n.signals, s)
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.signals = slices.DeleteFunc(n.signals, func(o *subscription) bool { return o == s })
	}
}

// Raise is a signal to everybody on the network: whoever waits for it is told,
// in the order in which they have asked to be. It reports whether anybody has. A
// timer's handler that calls it makes the signal come at a moment of virtual time.
func (n *Network) Raise(sig os.Signal) bool {
	n.mu.Lock()
	told := slices.DeleteFunc(slices.Clone(n.signals), func(s *subscription) bool { return !slices.Contains(s.signals, sig) })
	n.note(record{verb: verbRaise, of: len(told)})
	n.mu.Unlock()
	for _, s := range told {
		s.deliver(sig)
	}
	return len(told) > 0
}
