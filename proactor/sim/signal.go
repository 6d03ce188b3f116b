package sim

import (
	"os"
	"slices"
)

// subscription is a registration for signals.
type subscription struct {
	deliver func(os.Signal)
	signals []os.Signal
}

// Notify makes Raise call deliver for each of the signals, until stop is called. It
// does not deliver the system's own signals.
func (b *attachment) Notify(deliver func(os.Signal), signals []os.Signal) (stop func()) {
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

// Raise delivers a signal to all subscriptions for it on the network, in the order
// in which they were made. It reports whether there was one. A timer's handler that
// calls Raise makes the signal come at a given virtual time.
func (n *Network) Raise(sig os.Signal) bool {
	n.mu.Lock()
	receivers := slices.DeleteFunc(slices.Clone(n.signals), func(s *subscription) bool { return !slices.Contains(s.signals, sig) })
	n.note(record{verb: verbRaise, of: len(receivers)})
	n.mu.Unlock()
	for _, s := range receivers {
		s.deliver(sig)
	}
	return len(receivers) > 0
}
