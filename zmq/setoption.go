package zmq

import (
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// OptionNames lists the names that [Options.Set] accepts, in alphabetical order.
func OptionNames() []string { return option.Names() }

// OptionInfo describes an option.
type OptionInfo struct {
	Name   string // libzmq's name, in lower case and without "ZMQ_", or our own: see Number
	Alias  string // libzmq's older name, or empty
	Number int    // libzmq's number; 0 if libzmq does not have the option
	Field  string // the field of Options
	About  string // what the option does, in a few words

	Unit    string // of the value: "ms", "bytes"; empty for a switch or a text
	Default string // as Get returns it; empty if Readable is false
	Range   string // which values Set accepts

	Types    []Type // the types of sockets that have the option
	AtOnce   bool   // a change holds at once, and not only for endpoints bound or connected afterwards
	Readable bool   // Get returns the value; otherwise it is a list
}

// OptionInfos describes every option, in the order of docs/options.md.
func OptionInfos() (all []OptionInfo) {
	for _, r := range option.Rows() {
		if !r.Implemented() {
			continue
		}
		info := OptionInfo{
			Name: r.Name, Alias: r.Alias, Number: r.Number, Field: r.Field, About: r.About,
			Unit: r.Unit, Default: r.Default(), Range: r.Range(),
			AtOnce: r.When == option.AtOnce, Readable: r.Readable(),
		}
		for t := range Type(wire.STREAM) + 1 {
			if pattern.TypeOf(wire.SocketType(t)) != nil && r.Types.Have(wire.SocketType(t)) {
				info.Types = append(info.Types, t)
			}
		}
		all = append(all, info)
	}
	return all
}

// Set sets an option by its libzmq name, in upper or lower case, with or without
// "ZMQ_" in front, to a value in libzmq's form. Times are in milliseconds. 0
// means no high-water mark. -1 means no limit for a linger, a timeout or a
// message size, and no reconnecting. 0 and 1 mean off and on. "subscribe" adds a
// prefix.
//
// "maxmsgsize" is MaxFrameSize. These names are our own: "sndhwm_bytes",
// "rcvhwm_bytes", "maxmsgsize_total" (MaxMessageSize), "maxframes" (MaxFrames)
// and "stall_timeout" (StallTimeout).
//
// Set fails with an *OptionError, which wraps errors.ErrUnsupported for a libzmq
// option that is not implemented yet.
func (o *Options) Set(name, value string) error {
	row, err := option.Find(name)
	if err == nil {
		err = row.Set(o.values(), value)
	}
	return namedOptionError(name, err)
}

// Get returns an option by the name that Set takes, in the form that Set takes.
// An option that was not set has its default. A time is rounded up to
// milliseconds. "subscribe", a list, cannot be read by name: Get then fails with
// an *OptionError that wraps errors.ErrUnsupported, as for a libzmq option that
// is not implemented yet.
func (o *Options) Get(name string) (string, error) {
	row, err := option.Find(name)
	var value string
	if err == nil {
		value, err = row.Get(o.values())
	}
	return value, namedOptionError(name, err)
}
