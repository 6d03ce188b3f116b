package zmq

import (
	"errors"
	"slices"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Options returns a copy of the socket's options as they are now. Subscribe has
// the prefixes that the socket subscribes to, each once.
func (s *Socket) Options() Options {
	s.mustBeInitialized()
	o := Options(s.options().Given())
	o.Subscribe = s.pattern.Subscriptions()
	return o
}

// ChangeOptions calls change with a copy of the socket's options, and makes the
// changed copy the socket's options, all at once. docs/options.md says for each
// option what a change reaches. The high-water marks, Linger, SendTimeout and
// RecvTimeout, and those of patterns such as RouterMandatory, hold at once: for all
// peers, for the next Close, for calls that come from now on. Messages beyond a
// lower mark stay queued. All others hold for endpoints that are bound or
// connected from now on, and all their connections. What was bound or connected
// before keeps the options that it has.
//
// change must not call ChangeOptions or Set of the same socket. It is called
// once, unless the socket is closed. ChangeOptions fails with an *OptionError,
// and changes nothing, if a value is not allowed, or if Subscribe was changed,
// for which there are Subscribe and Unsubscribe.
func (s *Socket) ChangeOptions(change func(o *Options)) error {
	s.mustBeInitialized()
	return s.change(func(o *Options) error {
		subscribed := s.pattern.Subscriptions()
		o.Subscribe = slices.Clone(subscribed)
		change(o)
		if !slices.Equal(o.Subscribe, subscribed) {
			return &OptionError{Option: "Subscribe", Err: errors.New("it was changed: call Subscribe or Unsubscribe instead")}
		}
		o.Subscribe = nil
		return o.validate(s.typ)
	})
}

// change replaces the options by what f makes of a copy, unless f fails.
func (s *Socket) change(f func(o *Options) error) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	select {
	case <-s.opening.Done():
		return &pattern.Error{Text: "zmq: changing options of " + s.typ.String() + ": the socket or its context is closed", Is: ErrClosed}
	default:
	}
	o := Options(s.options().Given())
	if err := f(&o); err != nil {
		return err
	}
	resolved := option.Resolve(o.values())
	s.settings.Store(s.newSettings(resolved))
	s.pattern.SetOptions(resolved)
	return nil
}

// Set changes one option of the socket, by the name and with the value that
// [Options.Set] takes; ChangeOptions says what a change reaches. "subscribe" and
// "unsubscribe" are Subscribe and Unsubscribe. Set fails with an *OptionError, also for
// an option that the socket's type does not have.
func (s *Socket) Set(name, value string) error {
	s.mustBeInitialized()
	if err := s.set(name, value); err != nil {
		return &OptionError{Option: name, Err: err}
	}
	return nil
}

func (s *Socket) set(name, value string) error {
	switch option.Canonical(name) {
	case "subscribe":
		return s.Subscribe(value)
	case "unsubscribe":
		return s.Unsubscribe(value)
	}
	row, err := option.Find(name)
	if err != nil {
		return err
	}
	if err := row.CheckType(wire.SocketType(s.typ)); err != nil {
		return err
	}
	return s.change(func(o *Options) error { return row.Set(o.values(), value) })
}

// Get returns one option of the socket, by the name that Set takes and in its
// form; see [Options.Get]. It fails with an *OptionError.
func (s *Socket) Get(name string) (string, error) {
	s.mustBeInitialized()
	o := Options(s.options().Given())
	return o.Get(name)
}
