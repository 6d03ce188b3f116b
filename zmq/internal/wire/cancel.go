package wire

// CANCEL takes one SUBSCRIBE for the same prefix back (RFC 37, "The
// Publish-Subscribe Pattern"). Its data is the prefix.
//
// A 3.0 publisher is told by a message: see subscription.go.

// AppendCancel appends the frame of a CANCEL command.
func AppendCancel(dst, prefix []byte) []byte {
	dst = appendCommandHeader(dst, CommandCancel, len(prefix))
	return append(dst, prefix...)
}

// ParseCancel returns the prefix in the data of a CANCEL command, which is all
// of it: any bytes are legal.
func ParseCancel(data []byte) (prefix []byte) { return data }
