package wire

// CANCEL undoes one SUBSCRIBE for the same prefix (RFC 37, "The Publish-Subscribe
// Pattern"). Its data is the prefix.
//
// To a 3.0 publisher a message is sent instead: see Subscription.

// AppendCancel appends the frame of a CANCEL command.
func AppendCancel(dst, prefix []byte) []byte {
	dst = appendCommandHeader(dst, CommandCancel, len(prefix))
	return append(dst, prefix...)
}

// ParseCancel returns the prefix in the data of a CANCEL command. The prefix is
// all of the data, and any bytes are legal.
func ParseCancel(data []byte) (prefix []byte) { return data }
