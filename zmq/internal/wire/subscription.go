package wire

// In ZMTP 3.0 a subscription is a message of one frame instead of a command (RFC
// 23, "The Publish-Subscribe Pattern"). XSUB applications may also send such
// messages themselves (RFC 29):
//
//	| 1 subscribe, 0 cancel | prefix |
//	|           1           |  ...   |

// MaxSubscription is the largest prefix of a subscription, in bytes, as a command
// or as a message. Neither ZMTP nor libzmq has a limit, but a publisher keeps
// each prefix for as long as the subscriber stays.
const MaxSubscription = 1 << 20

const (
	subscriptionCancel    = 0
	subscriptionSubscribe = 1
)

// AppendSubscription appends the frame of a 3.0 subscription message, which
// subscribes or cancels.
func AppendSubscription(dst []byte, subscribe bool, prefix []byte) []byte {
	dst = AppendFrameHeader(dst, 0, 1+len(prefix))
	if subscribe {
		dst = append(dst, subscriptionSubscribe)
	} else {
		dst = append(dst, subscriptionCancel)
	}
	return append(dst, prefix...)
}

// ParseSubscription reads the body of a message frame from a subscriber. prefix
// aliases body. ok is false for a message of the application, which XPUB delivers
// and PUB ignores.
func ParseSubscription(body []byte) (subscribe bool, prefix []byte, ok bool) {
	if len(body) == 0 || body[0] > subscriptionSubscribe {
		return false, nil, false
	}
	return body[0] == subscriptionSubscribe, body[1:], true
}
