// Package subscription holds subscriptions: a set of byte prefixes, each with
// the peers that subscribed to it. It finds those that match a topic.
//
//	var index subscription.Index[*pipe.Out]
//	peer := index.Join(out)
//	index.Add(peer, []byte("weather."))
//	outs := index.Match([]byte("weather.bern"))
//
// An [Index] is the publisher's side (PUB, XPUB). A [Set] is the subscriber's
// own (SUB, XSUB): the number of its subscriptions to each prefix.
//
// # What both promise
//
// Both are a radix trie: a topic is matched in a single walk over its bytes,
// regardless of the number of subscriptions and their lengths. Adding or
// removing a subscription takes time in proportion to the length of its prefix;
// the number of subscriptions or peers does not matter. A peer leaves at once
// and matches nothing from then on. Its subscriptions are removed in as many
// steps as the caller likes ([Index.Sweep]).
//
// A subscription takes a few tens of bytes, in pages without pointers that the
// garbage collector need not scan. An empty page is left to the collector.
//
// Topics that come again are not walked for: a memo of bounded size has the
// results of recent ones until the subscriptions change. It takes no memory
// where topics do not come again.
//
// Neither is safe for concurrent use, not even for matching: the caller's lock
// guards it. Prefixes and topics that are passed in are never kept.
package subscription

import "github.com/actum-go/actum/zmq/internal/wire"

// MaxPrefix is the maximum length of a prefix in bytes. Callers check it.
const MaxPrefix = wire.MaxSubscription
