package goroutine

import (
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// sender sends the files of a stream: a closure made once, and its arguments.
type sender struct {
	call func(fd uintptr) bool
	t    *backend.Transmission
	turn sys.Turn
	err  error
}

// send carries t out, turn by turn. It checks the deadline, which cancels t, before
// each turn.
func (s *stream) send(t *backend.Transmission) error {
	if s.try.raw == nil {
		return files.Copy(s.conn, t)
	}
	if s.sender == nil {
		x := new(sender)
		x.call = func(fd uintptr) bool {
			x.turn, x.err = files.Turn(int(fd), x.t)
			return x.turn != sys.TurnFull // otherwise package net waits until there is room
		}
		s.sender = x
	}
	x := s.sender
	x.t = t
	defer func() { x.t = nil }()
	for {
		if err := s.try.raw.Write(x.call); err != nil {
			return err
		}
		switch x.turn {
		case sys.TurnDone:
			return x.err
		case sys.TurnCold:
			files.PageIn(&t.Page)
			t.Paged()
		}
	}
}

var _ backend.HangUps = (*stream)(nil)

// HungUp implements backend.HangUps.
func (s *stream) HungUp() (hungUp bool) {
	raw, err := s.conn.(syscall.Conn).SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { hungUp = sys.HungUp(int(fd)) })
	}
	return err == nil && hungUp
}
