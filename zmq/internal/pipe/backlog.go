package pipe

// Backlog is the messages of earlier connections to the same peer that were not
// received yet. Without it a peer that comes and goes could have as many
// messages wait as the high-water marks of all its connections allow together.
type Backlog []*Inbox

// Add counts what an inbox still holds. No more messages may be put into it.
func (b *Backlog) Add(inbox *Inbox) {
	if msgs, _ := inbox.Queued(); msgs > 0 {
		*b = append(*b, inbox)
	}
}

// Full reports whether a high-water mark is reached.
func (b *Backlog) Full(limits Limits) bool {
	msgs, size, left := 0, 0, (*b)[:0]
	for _, inbox := range *b {
		m, n := inbox.Queued()
		if m == 0 {
			continue
		}
		msgs, size, left = msgs+m, size+n, append(left, inbox)
	}
	clear((*b)[len(left):])
	if *b = left; len(left) == 0 {
		*b = nil
	}
	return limits.exceeded(msgs, size)
}
