//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Turn is how a turn of a transmission ended.
type Turn uint8

const (
	TurnDone  Turn = iota // all is written, or there was an error
	TurnAgain             // there is more to write, but the turn is over
	TurnFull              // the socket takes no more now
	TurnCold              // the file has to be read from disk at t.Page.Off first
)

// Transmit writes some of t to a non-blocking socket or pipe: the bytes of one turn, or
// until the socket is full. The file is f. It does not wait for the disk, unless the
// system drops the file's pages after the check.
func Transmit(socket int, f File, t *backend.Transmission) (Turn, error) {
	if !t.Begun {
		if err := t.Begin(f.size, f.ReadAt); err != nil {
			return TurnDone, err
		}
	}
	for budget := backend.TransmitTurn; budget > 0; {
		if t.Sent == t.Total() {
			return TurnDone, nil
		}
		if off, left := t.Place(); left > 0 && !resident(f, t, off, left) {
			t.Page.Off = off
			return TurnCold, nil
		}
		n, err := sendNext(socket, f, t, budget)
		switch {
		case err == unix.EAGAIN:
			return TurnFull, nil
		case err != nil:
			return TurnDone, err
		case n == 0:
			return TurnDone, io.ErrUnexpectedEOF
		}
		t.Sent += int64(n)
		budget -= n
	}
	return TurnAgain, nil
}

// resident reports whether the bytes of the file for the next turn are in memory. It
// checks the first and the last byte: the bytes between them were read ahead with them.
func resident(f File, t *backend.Transmission, off, left int64) bool {
	if off < t.Cached {
		return true
	}
	end := off + min(left, backend.TransmitTurn)
	if !inMemory(f, off) || !inMemory(f, end-1) {
		return false
	}
	t.Cached = end
	return true
}

func inMemory(f File, off int64) bool {
	var b [1]byte
	_, err := f.ReadNow(b[:], off)
	return err != backend.ErrWouldBlock // the send reports any other error
}

// sendNext writes the next bytes, at most most: of the header, of the file, or of the
// trailer. For header and trailer it notes whether more follows, so that they share a
// segment with it.
func sendNext(socket int, f File, t *backend.Transmission, most int) (int, error) {
	header, file := int64(len(t.Header)), int64(len(t.Header))+t.Range
	switch {
	case t.Sent < header:
		return sendSome(socket, t, t.Header[t.Sent:], most)
	case t.Sent >= file:
		return sendSome(socket, t, t.Trailer[t.Sent-file:], most)
	}
	off, left := t.Place()
	most = int(min(left, int64(most)))
	if !t.Copying {
		n, err := sendFile(socket, f, off, most)
		if err != errUnsendable {
			return n, err
		}
		t.Copying = true
	}
	return copyPart(socket, f, off, most)
}

// sendSome writes at most most bytes of b, the rest of the header or of the trailer.
func sendSome(socket int, t *backend.Transmission, b []byte, most int) (int, error) {
	b = b[:min(most, len(b))]
	return sendPart(socket, b, t.Sent+int64(len(b)) < t.Total())
}

// errUnsendable says that the system cannot send this file to a socket by itself.
var errUnsendable = errors.New("this file cannot be sent, only read and written")

// callError makes an error of errno. It keeps EAGAIN, which callers compare with.
func callError(call string, errno unix.Errno) error {
	if errno == 0 {
		return nil
	}
	if errno == unix.EAGAIN {
		return errno
	}
	return os.NewSyscallError(call, errno)
}

// copyBuffers are the buffers of copyPart.
var copyBuffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// copyPart is sendFile through a buffer.
func copyPart(socket int, f File, off int64, most int) (int, error) {
	b := copyBuffers.Get().(*[64 << 10]byte)
	defer copyBuffers.Put(b)
	n, err := f.ReadAt(b[:min(most, len(b))], off)
	if n == 0 || err != nil {
		return 0, err
	}
	return sendPart(socket, b[:n], false)
}
