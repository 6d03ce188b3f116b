package endpoint

// CheckBind reports whether a socket can bind to e. The error is an *Error.
func (e Endpoint) CheckBind() error {
	if e.Source != (Address{}) {
		return &Error{e.String(), "source address in a bind: expected tcp://host:port"}
	}
	return nil
}

// CheckConnect reports whether a socket can connect to e. The error is an *Error.
func (e Endpoint) CheckConnect() error {
	reason := ""
	switch {
	case e.Transport == TCP && e.Address.Host == Wildcard:
		reason = "cannot connect to *: expected the address or name of a host, as in tcp://127.0.0.1:5555"
	case e.Transport == TCP && e.Address.Port == 0:
		reason = "cannot connect to port * or 0: expected the port that the peer is bound to"
	case e.Transport == IPC && e.Path == Wildcard:
		reason = "cannot connect to *: expected the path that the peer is bound to"
	}
	if reason != "" {
		return &Error{e.String(), reason}
	}
	return nil
}
