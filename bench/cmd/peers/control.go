package main

import (
	"encoding/binary"
	"net"
	"os"
	"time"
)

// The two processes coordinate over a Unix socket, apart from what is measured:
//
//  1. one listens on it; many, which has connected its sockets, dials it
//  2. when one has all its peers, or their subscriptions, it sends a byte, and both
//     begin
//  3. the receivers acknowledge each burst with the time of the last receipt:
//     nanoseconds of the system's clock, eight bytes, little-endian. The sender has
//     the same clock, so that the figure does not contain the acknowledgement's way
//  4. when a side has done its part it sends a byte, and closes its sockets when it has
//     the other's byte: libzmq's receiver may lose messages over ipc otherwise

func meet(path string) (net.Conn, error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	defer l.Close() // removes the path too
	return l.Accept()
}

func call(path string) (net.Conn, error) {
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		conn, err := net.Dial("unix", path)
		if err == nil || time.Now().After(until) {
			return conn, err
		}
	}
}

func sayGo(conn net.Conn) error {
	_, err := conn.Write([]byte{1})
	return err
}

func awaitGo(conn net.Conn) error {
	_, err := conn.Read(make([]byte, 1))
	return err
}

// awaitEnd says that this side has done its part, and waits until the other has.
func awaitEnd(conn net.Conn) error {
	if err := sayGo(conn); err != nil {
		return err
	}
	return awaitGo(conn)
}

// acknowledge sends the time at which the last message of a burst was received.
func acknowledge(conn net.Conn, at time.Time) error {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(at.UnixNano()))
	_, err := conn.Write(b[:])
	return err
}

// acknowledged waits for that time.
func acknowledged(conn net.Conn, b *[8]byte) (time.Time, error) {
	if _, err := conn.Read(b[:]); err != nil {
		return time.Time{}, err
	}
	return time.Unix(0, int64(binary.LittleEndian.Uint64(b[:]))), nil
}

// leftover removes the path of a run that was killed.
func leftover(path string) { _ = os.Remove(path) }
