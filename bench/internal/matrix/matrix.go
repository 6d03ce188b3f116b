package matrix

import "slices"

// Names of the contenders.
const (
	Actum    = "actum"
	Libzmq   = "libzmq"
	Tuned    = "libzmq tuned" // more I/O threads and larger buffers: see peers/libzmq/socket.c
	GoZeroMQ = "go-zeromq"
	Raw      = "raw sockets"
	Net      = "Go net"
)

// Contenders of the runtime alone. Actum is the echo server with its defaults; the
// next ones are the same server on other backends and with other strategies.
const (
	ActumEpoll     = "actum on epoll"
	ActumGoroutine = "actum on goroutines"
	ActumParked    = "actum, parked in the poller"
	ActumGroup     = "actum, 2 dispatchers"
	ActumPool      = "actum, a pool of 2"
	ActumStrands   = "actum, a pool of 2, strands"
	ActumSilent    = "actum without the record"
	Gnet           = "gnet"
	Netpoll        = "netpoll"
	Gaio           = "gaio"
	CEpoll         = "C epoll"
	CUring         = "C io_uring"
	Time           = "Go time"
	File           = "os.File"
	Copy           = "io.Copy"
)

// All is the whole matrix, in the order of the tables.
func All() []Comparison {
	var all []Comparison
	add := func(peer string, points []Point) {
		for _, p := range points {
			all = append(all, Comparison{p, peer})
		}
	}
	for _, peer := range []string{Net, Gnet, Netpoll, Gaio, CEpoll, CUring, ActumEpoll, ActumGoroutine} {
		add(peer, echoes(64))
	}
	for _, peer := range []string{ActumParked, ActumSilent} {
		add(peer, echoes(64))
	}
	for _, peer := range []string{ActumGroup, ActumPool, ActumStrands} {
		add(peer, []Point{echo(100, 64), echo(1000, 64)})
	}
	for _, peer := range []string{Net, Gnet, CUring} {
		add(peer, echoes(4<<10))
	}
	for _, peer := range []string{Net, Gnet, Netpoll, Gaio, CUring} {
		add(peer, []Point{idle(1000)})
	}
	add(Time, []Point{timer(TimerStart), timer(TimerCancel), timer(TimerExpiry)})
	add(File, []Point{reads(ReadCached, 1), reads(ReadCached, 32), reads(ReadUncached, 1), reads(ReadUncached, 32)})
	add(Copy, points("tcp", Transmit, 64<<10, 1<<20, 1<<30))
	for _, transport := range []string{"tcp", "ipc", "inproc"} {
		add(Libzmq, points(transport, PushPull, 8, 64, 256, 1<<10, 4<<10, 32<<10, 64<<10, 256<<10, 1<<20))
	}
	for _, subscribers := range []int{1, 10, 100} {
		add(Libzmq, []Point{pubSub(subscribers)})
	}
	for _, transport := range []string{"tcp", "ipc", "inproc"} {
		add(Libzmq, slices.DeleteFunc(points(transport, ReqRep, 8, 1<<10, 64<<10), Point.IsCell))
	}
	for _, p := range append(Cells(), Thousands()...) {
		add(Libzmq, []Point{p})
		add(Tuned, []Point{p})
	}
	add(Libzmq, slices.DeleteFunc(Crowds(), Point.IsCell))
	add(Raw, points("tcp", PushPull, 64<<10, 256<<10, 1<<20))
	add(Raw, points("ipc", PushPull, 64<<10, 256<<10, 1<<20))
	add(Raw, points("tcp", ReqRep, 8))
	add(Raw, points("ipc", ReqRep, 8))
	add(Net, points("tcp", ReqRep, 8))
	add(GoZeroMQ, points("tcp", PushPull, 8, 64, 1<<10, 64<<10))
	add(GoZeroMQ, points("tcp", ReqRep, 8))
	return all
}

// IsCell reports whether the comparison belongs to the speed matrix.
func (c Comparison) IsCell() bool {
	return c.Point.IsCell() && (c.Peer == Libzmq || c.Peer == Tuned)
}

// OnRequest reports whether the comparison is left out unless it is asked for by name.
func (c Comparison) OnRequest() bool { return c.Point.Peers > 0 && !c.Point.IsCell() }

func points(transport, pattern string, sizes ...int) []Point {
	var all []Point
	for _, size := range sizes {
		all = append(all, Point{Transport: transport, Pattern: pattern, Size: size})
	}
	return all
}

// echoes are echo points from one connection to ten thousand.
func echoes(size int) []Point {
	var all []Point
	for connections := 1; connections <= 10_000; connections *= 10 {
		all = append(all, echo(connections, size))
	}
	return all
}

func reads(pattern string, readers int) Point {
	return Point{Pattern: pattern, Outstanding: readers, Size: 4 << 10}
}
