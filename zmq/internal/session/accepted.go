package session

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/stream"
)

// Accepted holds all accepted connections of a socket, of all its endpoints. Any
// goroutine may use it.
type Accepted struct {
	mu       sync.Mutex
	peers    []*acceptedPeer
	stopping bool
	onEmpty  func() // called when the last connection has ended, after Stop
}

// add starts an engine on an accepted stream. It runs on the dispatcher's
// goroutine.
func (all *Accepted) add(by *Listener, s stream.Stream) {
	a := &acceptedPeer{by: by, from: cmp.Or(stream.PeerAddress(s), by.bound.Endpoint())}
	by.emit(EventAccepted, a.from, nil)
	a.engine = by.cfg.engine(by.d, s, a, mechanism.Server)
	all.mu.Lock()
	stopping := all.stopping
	a.index = len(all.peers)
	all.peers = append(all.peers, a)
	all.mu.Unlock()
	if stopping {
		a.engine.Close(errStopped)
		return
	}
	a.place = by.handshakes.Begin(a.engine.Close)
	a.engine.Start()
}

func (all *Accepted) established(a *acceptedPeer, peer *pipe.Peer) {
	all.mu.Lock()
	a.peer = peer
	all.mu.Unlock()
}

func (all *Accepted) remove(a *acceptedPeer) {
	all.mu.Lock()
	last := len(all.peers) - 1
	all.peers[a.index] = all.peers[last]
	all.peers[a.index].index = a.index
	all.peers = slices.Delete(all.peers, last, last+1)
	var onEmpty func()
	if len(all.peers) == 0 {
		onEmpty, all.onEmpty = all.onEmpty, nil
	}
	all.mu.Unlock()
	if onEmpty != nil {
		onEmpty()
	}
}

// Peers returns the peers whose handshake is done.
func (all *Accepted) Peers() []*pipe.Peer {
	all.mu.Lock()
	defer all.mu.Unlock()
	var peers []*pipe.Peer
	for _, a := range all.peers {
		if a.peer != nil {
			peers = append(peers, a.peer)
		}
	}
	return peers
}

// Stop closes all connections and calls done when there is none left, which takes
// no longer than timeout; see Engine.CloseGracefully. It must be called once,
// after the listeners are stopped.
func (all *Accepted) Stop(timeout time.Duration, done func()) {
	all.mu.Lock()
	all.stopping = true
	if len(all.peers) == 0 {
		all.mu.Unlock()
		done()
		return
	}
	all.onEmpty = done
	for _, a := range all.peers {
		op := &proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {
			a.engine.CloseGracefully(errStopped, timeout)
		})}
		a.by.d.Post(op)
	}
	all.mu.Unlock()
}
