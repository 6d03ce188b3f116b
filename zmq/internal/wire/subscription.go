package wire

// Subscription is a subscriber's request to its publishers: from now on the
// messages that begin with a topic are wanted, or not wanted any more. It has two
// forms. In ZMTP 3.1 it is a command, SUBSCRIBE or CANCEL. In ZMTP 3.0 it is a
// message of one frame (RFC 23, "The Publish-Subscribe Pattern"), and XSUB
// applications may send such messages themselves (RFC 29):
//
//	| 1 subscribe, 0 cancel | topic |
//	|           1           |  ...  |
//
// Between a codec and a pattern it has neither form: it is an entry of its own
// in a batch (message.Batch.AppendSubscription).
type Subscription struct {
	Action Action
	Topic  []byte // any bytes; empty for all messages
}

// Action is what a Subscription asks for. The numbers are those of the first
// byte of the message.
type Action uint8

// The actions.
const (
	Cancel Action = iota
	Subscribe
)

// MaxSubscription is the largest topic of a subscription, in bytes, in either
// form. Neither ZMTP nor libzmq has a limit, but a publisher keeps each topic
// for as long as the subscriber stays.
const MaxSubscription = 1 << 20

// AppendCommand appends the frame of the command.
func (s Subscription) AppendCommand(dst []byte) []byte {
	if s.Action == Subscribe {
		return AppendSubscribe(dst, s.Topic)
	}
	return AppendCancel(dst, s.Topic)
}

// AppendMessage appends the frame of the message.
func (s Subscription) AppendMessage(dst []byte) []byte {
	return s.AppendBody(AppendFrameHeader(dst, 0, s.Size()))
}

// AppendBody appends the body of the message's frame.
func (s Subscription) AppendBody(dst []byte) []byte {
	return append(append(dst, byte(s.Action)), s.Topic...)
}

// Size returns the size of the message's body in bytes.
func (s Subscription) Size() int { return 1 + len(s.Topic) }

// ParseSubscription reads the body of a message frame from a subscriber. Topic
// aliases body. ok is false for a message of the application, which XPUB delivers
// and PUB ignores.
func ParseSubscription(body []byte) (s Subscription, ok bool) {
	if len(body) == 0 || body[0] > byte(Subscribe) {
		return s, false
	}
	return Subscription{Action(body[0]), body[1:]}, true
}
