// Command netpingpong is a ping-pong over TCP with package net alone: the measure
// of our latency.
//
//	netpingpong local_lat tcp://127.0.0.1:5555 SIZE ROUNDTRIPS
//	netpingpong remote_lat tcp://127.0.0.1:5555 SIZE ROUNDTRIPS
package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/actum-go/actum/bench/internal/perf"
)

const (
	connectRetry   = 10 * time.Millisecond
	connectTimeout = 10 * time.Second
)

func main() {
	perf.Programs{"local_lat": localLat, "remote_lat": remoteLat}.Main()
}

func localLat(_ io.Writer, a perf.Args) error {
	conn, err := acceptOne(a.Endpoint)
	if err != nil {
		return err
	}
	defer conn.Close()
	buf := make([]byte, a.Size)
	for range a.Count {
		if _, err := io.ReadFull(conn, buf); err != nil {
			return err
		}
		if _, err := conn.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

func remoteLat(w io.Writer, a perf.Args) error {
	conn, err := connectPatiently(a.Endpoint)
	if err != nil {
		return err
	}
	defer conn.Close()
	buf := make([]byte, a.Size)
	latency := perf.StartLatency(a.Count)
	for range a.Count {
		if _, err := conn.Write(buf); err != nil {
			return err
		}
		if _, err := io.ReadFull(conn, buf); err != nil {
			return err
		}
		latency.Lap()
	}
	latency.Report(w)
	return nil
}

func address(endpoint string) (string, error) {
	address, ok := strings.CutPrefix(endpoint, "tcp://")
	if !ok {
		return "", fmt.Errorf("the endpoint must be tcp://HOST:PORT, not %q", endpoint)
	}
	return address, nil
}

func acceptOne(endpoint string) (net.Conn, error) {
	address, err := address(endpoint)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	return listener.Accept()
}

func connectPatiently(endpoint string) (net.Conn, error) {
	address, err := address(endpoint)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(connectTimeout); ; time.Sleep(connectRetry) {
		conn, err := net.Dial("tcp", address)
		if err == nil || time.Now().After(deadline) {
			return conn, err
		}
	}
}
