package message

// arenaFrames is how many entries of frame lists are allocated at a time.
const arenaFrames = 128

// Slab is where the frame lists of messages of several frames come from: one
// allocation serves many messages.
type Arena struct {
	frames [][]byte
	mores  []ownership
}

// more makes the rest of a message.
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

// List is a list of frames under construction at the end of a slab.
type List struct {
	arena *Arena
	start int
}

// Add appends a frame, in a new slab if this one is used up.
func (l *List) Add(frame []byte) {
	s := l.arena
	if len(s.frames) == cap(s.frames) {
		begun := s.frames[l.start:]
		s.frames = append(make([][]byte, 0, max(arenaFrames, 2*len(begun))), begun...)
		l.start = 0
	}
	s.frames = append(s.frames, frame)
}

// long reports whether the list needs more room, and has outgrown the usual slab.
func (l *List) long() bool {
	s := l.arena
	return len(s.frames) == cap(s.frames) && len(s.frames)-l.start >= arenaFrames
}

// Reserve makes room for exactly n more frames: a long list that doubles takes
// three times its memory.
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
		l.arena.frames = nil // it goes when the message does
	}
	return frames
}
