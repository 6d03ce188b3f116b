package contender

import (
	"context"

	"github.com/actum-go/actum/bench/internal/matrix"
)

// source is where a program comes from. Several contenders may use one program with
// different arguments.
type source struct {
	program string // its name in .build
	build   func(w *Workshop, ctx context.Context, program string) error
	managed bool // written in Go
}

// recipe says how a contender is built and what its version is, once built.
type recipe struct {
	source  source
	version func(ctx context.Context, program string) (string, error)
	args    []string // before the role
}

// recipes has the contenders, family by family.
var recipes = map[matrix.Family]map[string]recipe{
	matrix.Messaging: {
		matrix.Actum:    {source{"actum-perf", goBuild("../cmd/actum", "."), true}, commit, []string{"perf"}},
		matrix.Libzmq:   {libzmq, libzmqVersion, nil},
		matrix.Tuned:    {libzmq, libzmqVersion, []string{"tuned"}},
		matrix.Raw:      {rawSockets, nil, nil},
		matrix.Net:      {source{"Go-net-perf", goBuild(".", "./cmd/netpingpong"), true}, nil, nil},
		matrix.GoZeroMQ: {source{"go-zeromq-perf", goBuild(".", "./peers/gozeromq"), true}, moduleVersion("github.com/go-zeromq/zmq4"), nil},
	},
	matrix.Crowding: {
		matrix.Actum:  {source{"peers-actum", goBuild(".", "./cmd/peers"), true}, commit, nil},
		matrix.Libzmq: {libzmq, libzmqVersion, nil},
		matrix.Tuned:  {libzmq, libzmqVersion, []string{"tuned"}},
	},
	matrix.Echoing: {
		// Handlers alone: what a locked thread is for (ADR 10).
		matrix.Actum:          {actumEcho, commit, []string{"--waiting", "locked"}},
		matrix.ActumEpoll:     {actumEcho, commit, []string{"--backend", "epoll"}},
		matrix.ActumGoroutine: {actumEcho, commit, []string{"--backend", "goroutine"}},
		matrix.ActumParked:    {actumEcho, commit, nil},
		matrix.ActumGroup:     {actumEcho, commit, []string{"--waiting", "locked", "--dispatchers", "2"}},
		matrix.ActumPool:      {actumEcho, commit, []string{"--pool", "2"}},
		matrix.ActumStrands:   {actumEcho, commit, []string{"--pool", "2", "--strands"}},
		matrix.ActumSilent:    {actumEcho, commit, []string{"--waiting", "locked", "--unrecorded"}},
		matrix.Net:            {source{"echo-net", goBuild(".", "./cmd/echonet"), true}, nil, nil},
		matrix.Gnet:           {source{"echo-gnet", goBuild(".", "./peers/gnet"), true}, moduleVersion("github.com/panjf2000/gnet/v2"), nil},
		matrix.Netpoll:        {source{"echo-netpoll", goBuild(".", "./peers/netpoll"), true}, moduleVersion("github.com/cloudwego/netpoll"), nil},
		matrix.Gaio:           {source{"echo-gaio", goBuild(".", "./peers/gaio"), true}, moduleVersion("github.com/xtaci/gaio"), nil},
		matrix.CEpoll:         {cEcho, nil, []string{"epoll"}},
		matrix.CUring:         {cEcho, nil, []string{"uring"}},
	},
	matrix.Timing: {
		matrix.Actum: {timers, commit, []string{"actum"}},
		matrix.Time:  {timers, nil, []string{"time"}},
	},
	matrix.Reading: {
		matrix.Actum: {files, commit, []string{"actum"}},
		matrix.File:  {files, nil, []string{"os"}},
	},
	matrix.Sending: {
		matrix.Actum: {transmit, commit, []string{"actum"}},
		matrix.Copy:  {transmit, nil, []string{"copy"}},
	},
}

var (
	libzmq        = source{"libzmq-perf", gcc("libzmq", "-lzmq", "-lpthread"), false}
	rawSockets    = source{"raw-sockets-perf", gcc("raw"), false}
	files         = source{"files", goBuild(".", "./cmd/files"), true}
	transmit      = source{"transmit", goBuild(".", "./cmd/transmit"), true}
	actumEcho     = source{"echo-actum", goBuild(".", "./cmd/echo"), true}
	cEcho         = source{"echo-c", gcc("echo"), false}
	loadGenerator = source{"echo-load", gcc("echoload"), false}
	timers        = source{"timers", goBuild(".", "./cmd/timers"), true}
)
