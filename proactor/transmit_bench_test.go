package proactor_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// sink is a connection whose other end reads and discards.
type sink struct {
	read chan int // the number of bytes to read; echoed when they are read
	done chan error
}

func newSink(tb testing.TB, dial func(address string)) *sink {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer ln.Close()
	dial(ln.Addr().String())
	far, err := ln.Accept()
	if err != nil {
		tb.Fatal(err)
	}
	s := &sink{read: make(chan int), done: make(chan error)}
	tb.Cleanup(func() { close(s.read); far.Close() })
	go func() {
		buf := make([]byte, 256<<10)
		for n := range s.read {
			_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, io.LimitReader(far, int64(n)), buf)
			s.done <- err
		}
	}()
	return s
}

// benchFile makes a file of that size.
func benchFile(tb testing.TB, size int) string {
	tb.Helper()
	name := filepath.Join(conformance.TempDir(tb), "file")
	if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
		tb.Fatal(err)
	}
	return name
}

// BenchmarkTransmit sends a file that is in memory, behind a header, to a peer that
// reads it, one at a time. io.Copy does the same with package net.
func BenchmarkTransmit(b *testing.B) {
	for _, size := range []int{4 << 10, 64 << 10, 1 << 20, 64 << 20} {
		for _, name := range workingBackends() {
			if name != "sim" {
				b.Run(fmt.Sprintf("%s/%dKiB", name, size>>10), func(b *testing.B) { benchTransmit(b, name, size) })
			}
		}
		b.Run(fmt.Sprintf("io.Copy/%dKiB", size>>10), func(b *testing.B) { benchCopy(b, size) })
	}
}

func benchTransmit(b *testing.B, name string, size int) {
	d := dispatcher(b, name)
	var stream *proactor.Handle
	s := newSink(b, func(address string) {
		stream = do(b, d, func(op *proactor.Operation) { d.Connect(op, "tcp", address, nil) })
	})
	file := do(b, d, func(op *proactor.Operation) { d.OpenFile(op, benchFile(b, size), os.O_RDONLY, 0) })
	sent := make(chan error, 1)
	op := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) { sent <- op.Err() })}
	t := proactor.Transmission{Header: make([]byte, 100), File: file}
	ran := make(chan error)
	go func() { ran <- d.Run() }()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		s.read <- size + len(t.Header)
		stream.TransmitFile(&op, &t)
		if err := <-sent; err != nil {
			b.Fatal(err)
		}
		if err := <-s.done; err != nil {
			b.Fatal(err)
		}
	}
	d.Stop()
	<-ran
}

// do carries out one operation that makes a handle.
func do(tb testing.TB, d *proactor.Dispatcher, start func(*proactor.Operation)) *proactor.Handle {
	tb.Helper()
	var h *proactor.Handle
	op := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) { h = op.Handle(); d.Stop() })}
	start(&op)
	if err := d.Run(); err != nil {
		tb.Fatal(err)
	}
	if op.Err() != nil {
		tb.Fatal(op.Err())
	}
	return h
}

func benchCopy(b *testing.B, size int) {
	var conn net.Conn
	s := newSink(b, func(address string) {
		var err error
		if conn, err = net.Dial("tcp", address); err != nil {
			b.Fatal(err)
		}
	})
	defer conn.Close()
	file, err := os.Open(benchFile(b, size))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	header := make([]byte, 100)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		s.read <- size + len(header)
		if _, err := conn.Write(header); err != nil {
			b.Fatal(err)
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(conn, file); err != nil {
			b.Fatal(err)
		}
		if err := <-s.done; err != nil {
			b.Fatal(err)
		}
	}
}
