package core

import (
	"errors"
	"fmt"
	"strings"

	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// ParseType finds a type of which sockets can be made by its name, in upper or
// lower case.
func ParseType(name string) (wire.SocketType, error) {
	t, err := wire.ParseSocketType([]byte(strings.ToUpper(name)))
	switch {
	case err != nil:
		err = fmt.Errorf("unknown: expected %s", typeNames())
	case pattern.TypeOf(t) == nil:
		err = noSuchType(t)
	default:
		return t, nil
	}
	return 0, fmt.Errorf("zmq: socket type %.32q: %w", name, err)
}

// typeNames lists the implemented types: "PUSH, PULL or PAIR".
func typeNames() string {
	var names []string
	for _, t := range pattern.Types() {
		names = append(names, t.String())
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// noSuchType returns the error for a type of which no socket can be made.
func noSuchType(t wire.SocketType) error {
	if t.Known() {
		return fmt.Errorf("%v is not implemented yet: expected %s: %w", t, typeNames(), errors.ErrUnsupported)
	}
	return fmt.Errorf("%d is not a socket type: expected %s", t, typeNames())
}
