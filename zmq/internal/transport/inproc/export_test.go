package inproc

// Names is the number of names that r remembers.
func (r *Registry) Names() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.names)
}
