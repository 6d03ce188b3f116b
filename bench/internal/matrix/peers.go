package matrix

import "fmt"

// Patterns of one socket that has many peers, the one side's type first.
const (
	// PushPull and PubSub are declared in point.go; each subscriber of PubSub wants
	// ten topics of its own.
	PullPush     = "pull-push"
	Pair         = "pair"
	PubSubAll    = "pub-sub-all"   // each subscriber wants everything
	RouterDealer = "router-dealer" // in a stream 100 requests in flight from each DEALER
	RouterRouter = "router-router" // the same
	RepReq       = "rep-req"       // one request in flight from each REQ
	Connect      = "connect"       // a connection for each request, as many at a time as there are peers
)

// Crowds is one socket and its many peers over tcp: every pattern with every number of
// peers, size and load. Cells has those that the README shows, and more.
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
	switch {
	case p.Burst > 0:
		return fmt.Sprintf("bursts of %d", p.Burst)
	case p.Batch > 0:
		return fmt.Sprintf("%d with each call", p.Batch)
	case p.Window > 0:
		return fmt.Sprintf("%d in flight each", p.Window)
	case p.Rate > 0:
		return WithCommas(p.Rate) + " a second"
	case p.Idle > 0:
		return "and " + WithCommas(p.Idle) + " idle connections"
	}
	return "a stream"
}

// load is the last part of the point's name.
func (p Point) load() string {
	switch {
	case p.Burst > 0:
		return fmt.Sprintf("burst-%d", p.Burst)
	case p.Batch > 0:
		return fmt.Sprintf("batch-%d", p.Batch)
	case p.Window > 0:
		return fmt.Sprintf("window-%d", p.Window)
	case p.Rate > 0:
		return fmt.Sprintf("rate-%d", p.Rate)
	case p.Idle > 0:
		return fmt.Sprintf("idle-%d", p.Idle)
	}
	return "stream"
}

// crowdName is peers/push-pull/8/64/burst-10, or peers-ipc/pull-push/1/3x64/stream.
func (p Point) crowdName() string {
	family, size := "peers", fmt.Sprint(p.Size)
	if p.Transport != "tcp" {
		family += "-" + p.Transport
	}
	if p.Frames > 1 {
		size = fmt.Sprintf("%dx%d", p.Frames, p.Size)
	}
	return fmt.Sprintf("%s/%s/%d/%s/%s", family, p.Pattern, p.Peers, size, p.load())
}

// crowdWork names the sockets, the load and the messages: "PUSH to 8 PULL, bursts of 10,
// 64 B". A stream over tcp is not named.
func (p Point) crowdWork() string {
	work := p.Roles()
	if p.Transport != "tcp" {
		work += ", " + p.Transport
	}
	if p.load() != "stream" {
		work += ", " + p.Load()
	}
	if p.Frames > 1 {
		return fmt.Sprintf("%s, %d × %s", work, p.Frames, p.SizeText())
	}
	return work + ", " + p.SizeText()
}

// Roles names the sockets that send and the sockets that receive.
func (p Point) Roles() string {
	switch form := map[string]string{
		PushPull:     "PUSH to %s PULL",
		PullPush:     "%s PUSH to PULL",
		PubSub:       "PUB to %s SUB, 10 topics each",
		PubSubAll:    "PUB to %s SUB",
		RouterDealer: "%s DEALER and ROUTER",
		RouterRouter: "%s ROUTER and ROUTER",
		RepReq:       "%s REQ and REP",
		Connect:      "connect, ask, close, %s at a time",
	}[p.Pattern]; form {
	case "":
		return "PAIR to PAIR"
	default:
		return fmt.Sprintf(form, WithCommas(p.Peers))
	}
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
