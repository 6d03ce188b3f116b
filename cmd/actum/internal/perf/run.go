package perf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/zmq"
)

// run is one run of one program.
type run struct {
	system.Streams // figures go to Out, processor time to Err
	interrupted    context.Context
	zmq            *zmq.Context
	sockets        []*zmq.Socket
	allocs         bool
	batch          int     // messages in one call
	json           *report // written at the end; nil: text lines during the run
}

// never is the context of the measured calls, because it costs nothing.
// Interrupting a run closes its sockets instead.
var never = context.Background()

// run runs a program on a context of one dispatcher, with profiles if asked for.
// It closes the sockets, and delivers their queued messages, before it reports
// the processor time.
func (c *Command) run(ctx context.Context, streams system.Streams, about report, program func(*run) error) (err error) {
	off, err := switchedOff(c.Off)
	if err != nil {
		return err
	}
	options := zmq.ContextOptions{Backend: c.Backend}
	tuning.Apply(&options, off)
	zctx, err := zmq.NewContext(options)
	if err != nil {
		return &exit.UsageError{Err: err}
	}
	profiled, err := c.startProfiles()
	if err != nil {
		return errors.Join(err, zctx.Close())
	}
	r := &run{Streams: streams, interrupted: ctx, zmq: zctx, allocs: c.Allocs, batch: int(c.Batch)}
	if c.JSON {
		r.json = &about
	}
	err = program(r)
	err = errors.Join(err, r.close(err == nil), zctx.Close(), profiled())
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	return r.reportCPU()
}

// reportCPU reports the processor time, which is the last part of a JSON report.
func (r *run) reportCPU() error {
	user, sys, err := system.CPU()
	if err != nil {
		return err
	}
	if r.json != nil {
		r.json.CPU = cpuReport{user.Seconds(), sys.Seconds()}
		return json.NewEncoder(r.Out).Encode(r.json)
	}
	_, err = fmt.Fprintf(r.Err, "cpu: user %.3f s, system %.3f s\n", user.Seconds(), sys.Seconds())
	return err
}

func (r *run) bound(t zmq.Type, endpoint string) (*zmq.Socket, error) {
	s, err := r.socket(t, zmq.Options{NoDrop: t == zmq.PUB})
	if err == nil {
		err = s.Bind(endpoint)
	}
	return s, err
}

func (r *run) connected(t zmq.Type, endpoint string) (*zmq.Socket, error) {
	s, err := r.socket(t, zmq.Options{})
	if err == nil {
		err = s.Connect(endpoint)
	}
	return s, err
}

// socket makes a socket that is closed at the end of the run, or at once when the
// run is interrupted.
func (r *run) socket(t zmq.Type, o zmq.Options) (*zmq.Socket, error) {
	s, err := r.zmq.NewSocket(t, o)
	if err == nil {
		r.sockets = append(r.sockets, s)
		context.AfterFunc(r.interrupted, func() { _ = s.Shutdown(r.interrupted) })
	}
	return s, err
}

// close closes the sockets. With deliver set it waits until their messages are
// delivered, or the run is interrupted.
func (r *run) close(deliver bool) error {
	ctx, giveUp := context.WithCancel(r.interrupted)
	defer giveUp()
	if !deliver {
		giveUp()
	}
	for _, s := range r.sockets {
		if err := s.Shutdown(ctx); err != nil && deliver {
			return err
		}
	}
	return nil
}

// end is one end of an inproc pair: its type and its program.
type end struct {
	kind zmq.Type
	do   func(s *zmq.Socket, size, count int) error
}

// silent is the run for the end that reports nothing. The other end counts the
// allocations of both.
func (r *run) silent() *run {
	quiet := *r
	quiet.allocs = false
	return &quiet
}

// inproc runs both ends of a pair, the connecting one in a goroutine.
func (r *run) inproc(binds, connects end, size, count int) error {
	const endpoint = "inproc://perf"
	local, err := r.bound(binds.kind, endpoint)
	if err != nil {
		return err
	}
	remote, err := r.connected(connects.kind, endpoint)
	if err != nil {
		return err
	}
	other := make(chan error, 1)
	go func() { other <- connects.do(remote, size, count) }()
	err = binds.do(local, size, count)
	if err != nil {
		return err // the run's end closes the other socket too
	}
	return <-other
}
