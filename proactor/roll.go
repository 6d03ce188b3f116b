package proactor

// roll is a set of controls, each of which knows its place: adding and removing
// one takes no search and allocates nothing in steady state. Whoever has the roll
// covers it with a lock.
type roll []*control

// The rolls that a control can be in at the same time.
const (
	inOwner = iota
	inDispatcher
	rolls
)

// add puts c into r.
func (r *roll) add(c *control, which int) {
	*r = append(*r, c)
	c.place[which] = len(*r)
}

// remove takes c out of r, if it is there.
func (r *roll) remove(c *control, which int) {
	if c.place[which] == 0 {
		return
	}
	i, last := c.place[which]-1, len(*r)-1
	moved := (*r)[last]
	(*r)[i] = moved
	moved.place[which] = i + 1
	c.place[which] = 0
	(*r)[last] = nil
	*r = (*r)[:last]
}
