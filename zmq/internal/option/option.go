// Package option knows every socket option: a table with a row for each, which
// setting and reading by name, validation, the tool's list and docs/options.md
// are driven by.
//
//	table.go      the options that there are
//	missing.go    libzmq's other options: not implemented yet, or not needed
//	kinds.go      numbers, switches, texts: how a row's value is parsed, printed, checked
//	values.go     the values of one socket, as a program gives them
//	resolved.go   the same with every default applied, for the layers below
//
// # Where do I add an option
//
// A field of Values and of zmq.Options, and a row of the table. Nothing else is
// needed to set, read, check, list and document it; the layer that obeys the
// option reads it from [Resolved].
package option

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// When says which part of a socket a changed option reaches.
type When uint8

const (
	// NewEndpoints options hold for the endpoints that are bound or connected
	// after the change, and for all connections of these, as in libzmq.
	NewEndpoints When = iota
	// AtOnce options hold from the change on, for the next call or the next event
	// that they concern.
	AtOnce
)

// Row describes an option.
type Row struct {
	Name   string // libzmq's name, in lower case and without "ZMQ_"; our own if Number is 0
	Alias  string // libzmq's older name for the same number; usually empty
	Number int    // libzmq's; 0: the option is our own
	Field  string // of Values and zmq.Options; empty if the option is not implemented
	Unit   string // of the values; empty: a switch, 0 or 1, or a text
	Types  Types  // the socket types that have the option; 0: all
	When   When
	About  string // what it does, in a few words
	value  value  // nil if the option is not implemented
	// Instead says what to do for an option of libzmq that is not needed here.
	// If it is empty and Field is too, the option is not implemented yet.
	Instead string
}

// Types is a set of socket types: bit t for type t.
type Types uint32

func of(types ...wire.SocketType) (all Types) {
	for _, t := range types {
		all |= 1 << t
	}
	return all
}

// Have reports whether sockets of type t have the option.
func (all Types) Have(t wire.SocketType) bool { return all == 0 || all&(1<<t) != 0 }

// String lists the types: "ROUTER, DEALER".
func (all Types) String() string {
	if all == 0 {
		return "all"
	}
	var names []string
	for t := wire.PAIR; t <= wire.STREAM; t++ {
		if all&(1<<t) != 0 {
			names = append(names, t.String())
		}
	}
	return strings.Join(names, ", ")
}

// Implemented reports whether the option can be set.
func (r *Row) Implemented() bool { return r.value != nil }

// Readable reports whether Get returns the option's value: one value, not a list.
func (r *Row) Readable() bool {
	_, list := r.value.(prefixes)
	return r.value != nil && !list
}

// Default is the value that Get returns if nothing was set.
func (r *Row) Default() string {
	if !r.Readable() {
		return ""
	}
	return r.value.get(new(Values))
}

// Range says which values Set accepts.
func (r *Row) Range() string {
	if r.value == nil {
		return ""
	}
	return r.value.allowed()
}

// Rows returns the whole table: first the options that are implemented, then
// libzmq's others. The caller must not change it.
func Rows() []Row { return table }

// table is all rows; byName finds one by its name or alias.
var (
	table  = slices.Concat(implemented, missing, notNeeded)
	byName = func() map[string]*Row {
		rows := map[string]*Row{}
		for i := range table {
			r := &table[i]
			rows[r.Name] = r
			if r.Alias != "" {
				rows[r.Alias] = r
			}
		}
		return rows
	}()
)

// Names lists the names that Set accepts, in alphabetical order.
func Names() (names []string) {
	for name, r := range byName {
		if r.Implemented() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Canonical returns a name as it is in the table: in lower case, and without
// "ZMQ_".
func Canonical(name string) string { return strings.TrimPrefix(strings.ToLower(name), "zmq_") }

// Find returns the row of an option that is implemented. name is libzmq's, in
// upper or lower case, with or without "ZMQ_" in front. The error wraps
// errors.ErrUnsupported for any other option of libzmq.
func Find(name string) (*Row, error) {
	if r := byName[Canonical(name)]; r != nil {
		return r.orError()
	}
	return nil, fmt.Errorf("unknown: expected one of %s", strings.Join(Names(), ", "))
}

// ByNumber is Find with libzmq's number of the option.
func ByNumber(number int) (*Row, error) {
	for i := range table {
		if r := &table[i]; r.Number == number && number != 0 {
			return r.orError()
		}
	}
	return nil, fmt.Errorf("libzmq has no option of number %d", number)
}

// orError returns r, or an error if it is not implemented.
func (r *Row) orError() (*Row, error) {
	switch {
	case r.Implemented():
		return r, nil
	case r.Instead != "":
		return nil, fmt.Errorf("not an option here: %s: %w", r.Instead, errors.ErrUnsupported)
	}
	return nil, fmt.Errorf("this libzmq option is not implemented yet: %w", errors.ErrUnsupported)
}

// Set sets the option to a value in libzmq's form. If it fails, v is unchanged.
func (r *Row) Set(v *Values, text string) error { return r.value.set(v, text) }

// Get returns the value in libzmq's form.
func (r *Row) Get(v *Values) (string, error) {
	if !r.Readable() {
		return "", fmt.Errorf("a list, not one value: read the field %s: %w", r.Field, errors.ErrUnsupported)
	}
	return r.value.get(v), nil
}

// CheckType returns an error if sockets of type t do not have the option.
func (r *Row) CheckType(t wire.SocketType) error {
	if r.Types.Have(t) {
		return nil
	}
	return fmt.Errorf("a %s socket does not have it: expected %v", t, r.Types)
}

// Validate checks all values for a socket of type t. It returns the first field
// that is not allowed, and why.
func (v *Values) Validate(t wire.SocketType) (field string, err error) {
	for i := range implemented {
		r := &implemented[i]
		if r.value.given(v) {
			if err := r.CheckType(t); err != nil {
				return r.Field, err
			}
		}
		if err := r.value.check(v); err != nil {
			return r.Field, err
		}
	}
	return "", nil
}
