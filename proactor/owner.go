package proactor

import "sync"

// Owner is whom operations are started for, a connection as a rule: all that its
// operations have outstanding, on several handles and timers and dispatchers, can
// be cancelled in one go. Its zero value is ready. It is embedded in the object
// that it stands for, and costs nothing to operations that have none.
type Owner struct {
	mu          sync.Mutex // taken before a dispatcher's
	outstanding roll
}

// SetOwner makes w the owner of the operation, from its next start on; nil for
// none.
func (o *Operation) SetOwner(w *Owner) { o.settings().owner = w }

// Cancel is Dispatcher.Cancel for everything that w has outstanding. It never
// hits an operation that has completed and was started again, by its handler,
// since Cancel was called. It may be called from any goroutine.
func (w *Owner) Cancel() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.outstanding {
		c.d.endNow(c, ErrCanceled)
	}
}

// Outstanding is how many operations w has outstanding.
func (w *Owner) Outstanding() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.outstanding)
}

func (w *Owner) add(c *control) {
	w.mu.Lock()
	if c.place[inOwner] == 0 { // else it is a multishot operation's next start
		w.outstanding.add(c, inOwner)
	}
	w.mu.Unlock()
}

func (w *Owner) remove(c *control) {
	w.mu.Lock()
	w.outstanding.remove(c, inOwner)
	w.mu.Unlock()
}
