package zmq

import "github.com/actum-go/actum/zmq/internal/option"

// Options returns a copy of the socket's options as they are now. Subscribe has
// the prefixes that the socket subscribes to, each once.
func (s *Socket) Options() Options { return Options(s.core.Options()) }

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
	return optionError(s.core.ChangeOptions(func(v *option.Values) { change((*Options)(v)) }))
}

// Set changes one option of the socket, by the name and with the value that
// [Options.Set] takes; ChangeOptions says what a change reaches. "subscribe" and
// "unsubscribe" are Subscribe and Unsubscribe. Set fails with an *OptionError, also for
// an option that the socket's type does not have.
func (s *Socket) Set(name, value string) error {
	return namedOptionError(name, s.core.Set(name, value))
}

// Get returns one option of the socket, by the name that Set takes and in its
// form; see [Options.Get]. It fails with an *OptionError.
func (s *Socket) Get(name string) (string, error) {
	value, err := s.core.Get(name)
	return value, namedOptionError(name, err)
}
