package main

import (
	"encoding/binary"
	"net"
	"os"
	"time"
)

// The two processes meet on a Unix socket, beside what is measured:
//
//  1. one listens on it; many, which has connected its sockets, dials it
//  2. one sees that all its peers, or their subscriptions, are there: it says go, a
//     byte, and both begin
//  3. in bursts the receivers acknowledge each one, with the time of the last
//     receipt: nanoseconds of the system's clock, eight bytes, the low ones first.
//     The sender has the same clock, so that the way of the acknowledgement is not
//     in the figure

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

// acknowledge says when the last message of a burst was received.
func acknowledge(conn net.Conn, at time.Time) error {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(at.UnixNano()))
	_, err := conn.Write(b[:])
	return err
}

// acknowledged waits for that.
func acknowledged(conn net.Conn, b *[8]byte) (time.Time, error) {
	if _, err := conn.Read(b[:]); err != nil {
		return time.Time{}, err
	}
	return time.Unix(0, int64(binary.LittleEndian.Uint64(b[:]))), nil
}

// leftover removes the path of a run that was killed.
func leftover(path string) { _ = os.Remove(path) }
