package endpoint

// CheckBind reports whether a socket can bind to e. The error is an *Error.
func (e Endpoint) CheckBind() error {
	g, _ := grammarOf(e.Transport)
	return e.check(g.CheckBind)
}

// CheckConnect reports whether a socket can connect to e. The error is an *Error.
func (e Endpoint) CheckConnect() error {
	g, _ := grammarOf(e.Transport)
	return e.check(g.CheckConnect)
}

func (e Endpoint) check(reasonOf func(Endpoint) string) error {
	if reasonOf == nil {
		return nil
	}
	if reason := reasonOf(e); reason != "" {
		return &Error{e.String(), reason}
	}
	return nil
}
