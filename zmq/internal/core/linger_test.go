package core

import (
	"testing"
	"time"
)

// closeNowConnection reports that a close is to wait no longer.
type closeNowConnection struct {
	connection
	closeNow func()
}

func (c closeNowConnection) CloseNow() { c.closeNow() }

// A close without a timeout ends the wait for a peer to leave; one with a timeout does
// not.
func TestStopSoon(t *testing.T) {
	for _, timeout := range []time.Duration{-1, 0, 1} {
		ended, hurried := []time.Duration{}, false
		l := &lingeringConn{connected: &connected{connection: inprocConnection{}}, finish: func(d time.Duration) { ended = append(ended, d) }}
		l.stopSoon(timeout)
		l.connection = closeNowConnection{l.connection, func() { hurried = true }}
		l.stopSoon(timeout)
		if hurried != (timeout <= 0) || len(ended) != 2 || ended[1] != timeout {
			t.Errorf("timeout %v: finished %v, hurried: %v", timeout, ended, hurried)
		}
	}
}
