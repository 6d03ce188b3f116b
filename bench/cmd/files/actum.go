package main

import (
	"math/rand/v2"
	"time"

	"github.com/actum-go/actum/proactor"
)

// readActum uses package proactor: an operation for each reader.
func readActum(j job) (time.Duration, error) {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		return 0, err
	}
	defer d.Close()
	f := &file{job: j, dispatcher: d, left: j.count, running: j.readers}
	f.open.Handler = f
	d.OpenFile(&f.open, j.name, j.flag(), 0)
	if err := d.Run(); err != nil {
		return 0, err
	}
	return time.Since(f.start), f.err
}

// file is the handler of the open, and starts the readers.
type file struct {
	job
	dispatcher *proactor.Dispatcher
	handle     *proactor.Handle
	open       proactor.Operation
	start      time.Time
	left       int // reads to be started
	running    int // readers that have not finished
	err        error
}

func (f *file) HandleCompletion(op *proactor.Operation) {
	if f.err = op.Err(); f.err != nil {
		f.dispatcher.Stop()
		return
	}
	f.handle = op.Handle()
	f.start = time.Now()
	for i := range f.readers {
		r := &reader{file: f, buf: f.buffer(), random: rand.New(rand.NewPCG(1, uint64(i)))}
		r.op.Handler = r
		r.next()
	}
}

// reader has one read outstanding.
type reader struct {
	file   *file
	op     proactor.Operation
	buf    []byte
	random *rand.Rand
}

func (r *reader) next() {
	f := r.file
	if f.left == 0 || f.err != nil {
		if f.running--; f.running == 0 {
			f.dispatcher.Stop()
		}
		return
	}
	f.left--
	f.handle.ReadAt(&r.op, r.buf, f.offset(r.random))
}

func (r *reader) HandleCompletion(op *proactor.Operation) {
	if err := op.Err(); err != nil {
		r.file.err = err
	}
	r.next()
}
