package core

import (
	"errors"
	"slices"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

// Options returns a copy of the socket's options as they are now. Subscribe has
// the prefixes that the socket subscribes to, each once.
func (s *Socket) Options() option.Values {
	s.mustBeOpened()
	o := s.Resolved().Given()
	o.Subscribe = s.pattern.Subscriptions()
	return o
}

// ChangeOptions calls change with a copy of the socket's options, and makes the
// changed copy the socket's options, all at once. docs/options.md says for each
// option what a change reaches. change must not call ChangeOptions or Set of the
// same socket. ChangeOptions fails with a *FieldError, and changes nothing, if a
// value is not allowed, or if Subscribe was changed.
func (s *Socket) ChangeOptions(change func(o *option.Values)) error {
	s.mustBeOpened()
	return s.change(func(o *option.Values) error {
		subscribed := s.pattern.Subscriptions()
		o.Subscribe = slices.Clone(subscribed)
		change(o)
		if !slices.Equal(o.Subscribe, subscribed) {
			return &FieldError{Field: "Subscribe", Err: errors.New("it was changed: call Subscribe or Unsubscribe instead")}
		}
		o.Subscribe = nil
		if field, err := o.Validate(s.typ); err != nil {
			return &FieldError{Field: field, Err: err}
		}
		return nil
	})
}

// change replaces the options by what f makes of a copy, unless f fails.
func (s *Socket) change(f func(o *option.Values) error) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	select {
	case <-s.opening.Done():
		return &pattern.Error{Text: "zmq: changing options of " + s.typ.String() + ": the socket or its context is closed", Is: pattern.ErrClosed}
	default:
	}
	o := s.Resolved().Given()
	if err := f(&o); err != nil {
		return err
	}
	resolved := option.Resolve(&o)
	s.settings.Store(s.newSettings(resolved))
	s.pattern.SetOptions(resolved)
	return nil
}

// Set changes one option by its name in the table, to a value in libzmq's form.
// "subscribe" and "unsubscribe" are Subscribe and Unsubscribe.
func (s *Socket) Set(name, value string) error {
	s.mustBeOpened()
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
	if err := row.CheckType(s.typ); err != nil {
		return err
	}
	return s.change(func(o *option.Values) error { return row.Set(o, value) })
}

// Get returns one option by its name in the table, in libzmq's form.
func (s *Socket) Get(name string) (string, error) {
	s.mustBeOpened()
	row, err := option.Find(name)
	if err != nil {
		return "", err
	}
	o := s.Resolved().Given()
	return row.Get(&o)
}
