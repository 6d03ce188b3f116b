package backend

// Controllable is a Handle with a descriptor.
type Controllable interface {
	// Control calls f with the descriptor, which stays open meanwhile. f must not use the
	// handle. The error says that the handle is closed.
	Control(f func(fd uintptr)) error
}
