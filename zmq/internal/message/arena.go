package message

// arenaFrames is how many entries of frame lists are allocated at a time.
const arenaFrames = 128

// Arena allocates the frame lists of messages of several frames: one allocation
// serves many messages.
type Arena struct {
	frames [][]byte
	mores  []ownership
}

// newRest makes the ownership of a message of several frames.
func (s *Arena) newRest(rest [][]byte, mem *Buffer) *ownership {
	if len(s.mores) == cap(s.mores) {
		s.mores = make([]ownership, 0, arenaFrames)
	}
	s.mores = s.mores[:len(s.mores)+1]
	m := &s.mores[len(s.mores)-1]
	m.rest, m.mem = rest, mem
	return m
}

// List starts a list. It must be finished with Frames before the next begins.
func (s *Arena) List() List { return List{arena: s, start: len(s.frames)} }

// List is a list of frames under construction at the end of an arena.
type List struct {
	arena *Arena
	start int
}

// Add appends a frame. It moves the list to new memory if the arena's is used
// up.
func (l *List) Add(frame []byte) {
	s := l.arena
	if len(s.frames) == cap(s.frames) {
		begun := s.frames[l.start:]
		s.frames = append(make([][]byte, 0, max(arenaFrames, 2*len(begun))), begun...)
		l.start = 0
	}
	s.frames = append(s.frames, frame)
}

// long reports whether the list needs more room, and exceeds the arena's usual
// size.
func (l *List) long() bool {
	s := l.arena
	return len(s.frames) == cap(s.frames) && len(s.frames)-l.start >= arenaFrames
}

// Reserve makes room for exactly n more frames: a long list that doubled would
// take three times its memory.
func (l *List) Reserve(n int) {
	begun := l.arena.frames[l.start:]
	l.arena.frames = append(make([][]byte, 0, len(begun)+n), begun...)
	l.start = 0
}

// Frames finishes the list and returns it.
func (l *List) Frames() [][]byte {
	end := len(l.arena.frames)
	frames := l.arena.frames[l.start:end:end]
	if end == cap(l.arena.frames) {
		l.arena.frames = nil // so that it is collected with the message
	}
	return frames
}
