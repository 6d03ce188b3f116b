package main

import (
	"io"
	"net"
	"os"
	"time"
)

const (
	connectRetry   = 10 * time.Millisecond
	connectTimeout = 10 * time.Second
)

// transmitCopy uses io.Copy, which uses sendfile where the system has it.
func transmitCopy(j job) error {
	conn, err := connectPatiently(j.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	file, err := os.Open(j.name)
	if err != nil {
		return err
	}
	defer file.Close()
	for range j.count {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.Copy(conn, file); err != nil {
			return err
		}
	}
	return nil
}

// connectPatiently tries until the receiver listens.
func connectPatiently(address string) (net.Conn, error) {
	for deadline := time.Now().Add(connectTimeout); ; time.Sleep(connectRetry) {
		conn, err := net.Dial("tcp", address)
		if err == nil || time.Now().After(deadline) {
			return conn, err
		}
	}
}
