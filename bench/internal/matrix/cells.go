package matrix

import "slices"

// Cells is the speed matrix: what the README shows beside libzmq, with its defaults and
// tuned. A cell is removed only by a decision that docs/adr records.
func Cells() []Point {
	return slices.Concat(
		oneWay(), framesOf(), published(), asked(),
		[]Point{
			crowd(Pair, 1, 8, 0), crowd(Pair, 1, 64, 0), crowd(Pair, 1, 1<<10, 0), crowd(Pair, 1, 64<<10, 0),
			crowd(RouterRouter, 8, 64, 0), crowd(RouterRouter, 64, 64, 0), crowd(RouterRouter, 8, 1<<10, 0),
		},
		local(),
		[]Point{
			crowd(PushPull, 8, 64, 1), crowd(PushPull, 8, 64, 10), crowd(PushPull, 8, 64, 100),
			crowd(PubSub, 8, 64, 10), crowd(RouterDealer, 8, 64, 10), crowd(PullPush, 8, 64, 10),
			crowd(Connect, 1, 8, 0), crowd(Connect, 8, 8, 0),
			reqRep("tcp"), reqRep("ipc"),
		},
	)
}

func oneWay() []Point {
	return slices.Concat(
		sizes(PushPull, 1, 8, 64, 1<<10, 64<<10), sizes(PushPull, 8, 8, 64, 1<<10, 64<<10),
		sizes(PushPull, 64, 64, 1<<10), sizes(PushPull, 512, 64),
		sizes(PullPush, 8, 8, 64, 1<<10, 64<<10),
		sizes(PullPush, 64, 64, 1<<10), sizes(PullPush, 128, 64), sizes(PullPush, 512, 64, 1<<10),
	)
}

func framesOf() []Point {
	return []Point{
		crowd(PullPush, 1, 64, 0).of(3), crowd(PullPush, 1, 16, 0).of(10), crowd(PullPush, 1, 1<<10, 0).of(3),
		crowd(PullPush, 8, 64, 0).of(3), crowd(PullPush, 8, 16, 0).of(10), crowd(PullPush, 8, 1<<10, 0).of(3),
		crowd(PullPush, 64, 64, 0).of(3), crowd(PushPull, 8, 64, 0).of(3),
	}
}

func published() []Point {
	var all []Point
	for _, subscribers := range []int{1, 8, 64, 512} {
		all = append(all, crowd(PubSubAll, subscribers, 64, 0))
	}
	all = append(all, sizes(PubSubAll, 8, 1<<10, 64<<10)...)
	for _, subscribers := range []int{8, 10, 64, 100, 512} {
		all = append(all, crowd(PubSub, subscribers, 64, 0))
	}
	return append(all, crowd(PubSub, 8, 1<<10, 0), crowd(PubSub, 8, 64, 0).of(3))
}

func asked() []Point {
	var all []Point
	for _, peers := range []int{1, 8, 64, 512} {
		all = append(all, crowd(RouterDealer, peers, 64, 0))
	}
	all = append(all, sizes(RouterDealer, 8, 1<<10, 64<<10)...)
	all = append(all, crowd(RouterDealer, 8, 64, 0).of(3))
	for _, peers := range []int{1, 8, 64, 512} {
		all = append(all, crowd(RepReq, peers, 8, 0))
	}
	all = append(all, sizes(RepReq, 8, 1<<10, 64<<10)...)
	return append(all, crowd(RepReq, 8, 16, 0).of(3))
}

// local is over ipc, and within one process.
func local() []Point {
	batched := inBatches(crowd(PushPull, 1, 8, 0), 100)
	return slices.Concat(
		over("ipc", sizes(PushPull, 1, 8, 64, 1<<10, 64<<10)),
		over("ipc", []Point{crowd(PullPush, 8, 64, 0), crowd(PubSub, 8, 64, 0), crowd(RouterDealer, 8, 64, 0), crowd(RepReq, 1, 8, 0), crowd(RepReq, 8, 8, 0)}),
		over("inproc", sizes(PushPull, 1, 8)), []Point{batched}, over("inproc", sizes(PushPull, 1, 1<<10, 64<<10)),
		over("inproc", []Point{crowd(PullPush, 8, 64, 0), crowd(RepReq, 1, 8, 0), crowd(PubSub, 8, 64, 0)}),
	)
}

// InFlight is 1,000 peers with 30 requests in flight each.
func InFlight() Point {
	p := crowd(RouterDealer, 1000, 64, 0)
	p.Window = 30
	return p
}

// BesideIdle is 1,000 peers that ask, and 10,000 connections that do not.
func BesideIdle() Point {
	p := crowd(RepReq, 1000, 64, 0)
	p.Idle = 10_000
	return p
}

// Thousands are the points with a thousand peers and more: measured and shown with the
// cells.
func Thousands() []Point { return []Point{InFlight(), BesideIdle()} }

// Stream is PUSH to that number of PULLs, as fast as possible, whose rate Paced has a
// share of.
func Stream(peers int) Point { return crowd(PushPull, peers, 64, 0) }

// Paced is PUSH to that number of PULLs at a fixed rate.
func Paced(peers, rate int) Point {
	p := Stream(peers)
	p.Rate = rate
	return p
}

func sizes(pattern string, peers int, sizes ...int) []Point {
	var all []Point
	for _, size := range sizes {
		all = append(all, crowd(pattern, peers, size, 0))
	}
	return all
}

// of is the point with messages of that number of frames.
func (p Point) of(frames int) Point {
	p.Frames = frames
	return p
}

func (p Point) over(transport string) Point {
	p.Transport = transport
	return p
}

// inBatches is over inproc, with calls that send and receive many messages.
func inBatches(p Point, messages int) Point {
	p.Transport, p.Batch = "inproc", messages
	return p
}

func over(transport string, points []Point) []Point {
	for i, p := range points {
		points[i] = p.over(transport)
	}
	return points
}

var isCell = func() map[Point]bool {
	all := map[Point]bool{}
	for _, p := range append(Cells(), Thousands()...) {
		all[p] = true
	}
	return all
}()

// IsCell reports whether the speed matrix has the point.
func (p Point) IsCell() bool { return isCell[p] }
