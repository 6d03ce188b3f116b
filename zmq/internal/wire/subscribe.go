package wire

// SUBSCRIBE asks a ZMTP 3.1 publisher for the messages that begin with a prefix
// (RFC 37, "The Publish-Subscribe Pattern"). Its data is the prefix: empty means
// all messages. Two for one prefix need two CANCEL commands.
//
// To a 3.0 publisher a message is sent instead: see Subscription.

// AppendSubscribe appends the frame of a SUBSCRIBE command.
func AppendSubscribe(dst, prefix []byte) []byte {
	dst = appendCommandHeader(dst, CommandSubscribe, len(prefix))
	return append(dst, prefix...)
}

// ParseSubscribe returns the prefix in the data of a SUBSCRIBE command. The
// prefix is all of the data, and any bytes are legal.
func ParseSubscribe(data []byte) (prefix []byte) { return data }
