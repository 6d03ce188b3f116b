package sys

import "syscall"

// KqueueEvent is an event of a kqueue, in a form that is the same on all systems.
type KqueueEvent struct {
	FD     int
	Filter KqueueFilter
	EOF    bool          // the other end has stopped writing (read) or reading (write), or there was an error
	Errno  syscall.Errno // why the filter does not work any more; else 0
	Data   int64         // bytes that can be read, connections that can be accepted, room in bytes
}

// KqueueFilter is the direction of an event.
type KqueueFilter uint8

const (
	KqueueOther KqueueFilter = iota // Trigger: nothing has become possible
	KqueueRead
	KqueueWrite
)

// KqueueEvents is a buffer for events.
type KqueueEvents [128]KqueueEvent
