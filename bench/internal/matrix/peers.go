package matrix

import "fmt"

// Patterns of one socket that has many peers, the one side's type first.
const (
	// PushPull and PubSub are declared in point.go; each subscriber of PubSub wants
	// ten topics of its own.
	PullPush     = "pull-push"
	RouterDealer = "router-dealer" // in a stream 100 requests in flight from each DEALER
	RepReq       = "rep-req"       // one request in flight from each REQ
)

// Crowds is one socket and its many peers: every pattern with every number of
// peers, size and load.
func Crowds() []Point {
	var all []Point
	for _, pattern := range []string{PushPull, PullPush, PubSub, RouterDealer, RepReq} {
		for _, peers := range []int{1, 8, 64} {
			for _, burst := range []int{0, 1, 10, 100} {
				if pattern == RepReq && burst > 0 {
					continue // a REQ has one request in flight
				}
				for _, size := range CrowdSizes {
					all = append(all, crowd(pattern, peers, size, burst))
				}
			}
		}
	}
	return all
}

// CrowdSizes are the sizes of the messages, in bytes.
var CrowdSizes = []int{8, 64, 1 << 10, 64 << 10}

func crowd(pattern string, peers, size, burst int) Point {
	return Point{Transport: "tcp", Pattern: pattern, Peers: peers, Burst: burst, Size: size}
}

// Load says how messages are sent: "a stream", "bursts of 10".
func (p Point) Load() string {
	if p.Burst == 0 {
		return "a stream"
	}
	return fmt.Sprintf("bursts of %d", p.Burst)
}

// load is the last part of the point's name.
func (p Point) load() string {
	if p.Burst == 0 {
		return "stream"
	}
	return fmt.Sprintf("burst-%d", p.Burst)
}

// crowd names the sockets and the load: "PUSH to 8 PULL, bursts of 10".
func (p Point) crowd() string {
	return p.Roles() + ", " + p.Load()
}

// Roles names the sockets that send and the sockets that receive.
func (p Point) Roles() string {
	form := map[string]string{
		PushPull:     "PUSH to %d PULL",
		PullPush:     "%d PUSH to PULL",
		PubSub:       "PUB to %d SUB, 10 topics each",
		RouterDealer: "%d DEALER and ROUTER",
		RepReq:       "%d REQ and REP",
	}[p.Pattern]
	return fmt.Sprintf(form, p.Peers)
}

// Whole is the number of messages next above count that all peers can share, in
// whole bursts.
func (p Point) Whole(count int) int {
	if p.Peers == 0 {
		return count
	}
	unit := p.Peers * max(p.Burst, 1)
	return (count + unit - 1) / unit * unit
}
