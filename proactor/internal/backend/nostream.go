package backend

// NoStream is embedded in the handles of backends that carry no bytes: listeners, files,
// sockets of datagrams.
type NoStream struct{}

// TryRead fails.
func (NoStream) TryRead([]byte) (int, error) { return 0, ErrWrongHandle }

// TryWrite fails.
func (NoStream) TryWrite([]byte) (int, error) { return 0, ErrWrongHandle }

// TryWriteV fails.
func (NoStream) TryWriteV([][]byte) (int, error) { return 0, ErrWrongHandle }

// CloseWrite fails.
func (NoStream) CloseWrite() error { return ErrWrongHandle }
