package main

import (
	"os"
	"time"

	"github.com/actum-go/actum/proactor"
)

// sender opens the file, connects, and transmits: each step is the handler of
// the previous one.
type sender struct {
	job
	dispatcher *proactor.Dispatcher
	op         proactor.Operation // all steps: one is outstanding at a time
	stream     *proactor.Handle
	what       proactor.Transmission
	deadline   time.Time // of connecting
	err        error
}

func transmitActum(j job) error {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	s := &sender{job: j, dispatcher: d, deadline: time.Now().Add(connectTimeout)}
	s.op.Handler = proactor.HandlerFunc(s.opened)
	d.OpenFile(&s.op, j.name, os.O_RDONLY, 0)
	if err := d.Run(); err != nil {
		return err
	}
	return s.err
}

func (s *sender) opened(op *proactor.Operation) {
	if s.failed(op.Err()) {
		return
	}
	s.what.File = op.Handle()
	s.connect(op)
}

// connect is also the handler of the timer between two attempts.
func (s *sender) connect(op *proactor.Operation) {
	op.Handler = proactor.HandlerFunc(s.connected)
	s.dispatcher.Connect(op, "tcp", s.address, nil)
}

func (s *sender) connected(op *proactor.Operation) {
	if op.Err() != nil && time.Now().Before(s.deadline) {
		op.Handler = proactor.HandlerFunc(s.connect)
		s.dispatcher.StartTimer(op, connectRetry)
		return
	}
	if s.failed(op.Err()) {
		return
	}
	s.stream = op.Handle()
	op.Handler = proactor.HandlerFunc(s.sent)
	s.stream.TransmitFile(op, &s.what)
}

func (s *sender) sent(op *proactor.Operation) {
	if s.failed(op.Err()) {
		return
	}
	if s.count--; s.count == 0 {
		s.dispatcher.Stop()
		return
	}
	s.stream.TransmitFile(op, &s.what)
}

// failed ends the run if there is an error.
func (s *sender) failed(err error) bool {
	if err != nil {
		s.err = err
		s.dispatcher.Stop()
	}
	return err != nil
}
