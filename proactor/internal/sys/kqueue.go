package sys

import "syscall"

// KqueueEvent is an event of a kqueue, as all systems that have one mean it.
type KqueueEvent struct {
	FD     int
	Filter KqueueFilter
	EOF    bool          // the other end writes no more (read), or reads no more (write), or there was an error
	Errno  syscall.Errno // the filter does not work any more; else 0
	Data   int64         // bytes that can be read, connections that can be accepted, room in bytes
}

// KqueueFilter is what an event is about.
type KqueueFilter uint8

const (
	KqueueOther KqueueFilter = iota // Trigger: nothing has become possible
	KqueueRead
	KqueueWrite
)

// KqueueEvents is where events are written.
type KqueueEvents [128]KqueueEvent
