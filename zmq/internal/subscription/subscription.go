// Package subscription knows who wants what: a set of byte prefixes, each with
// the peers that subscribed to it, and which of them match a topic.
//
//	var index subscription.Index[*pipe.Out]
//	peer := index.Join(out)
//	index.Add(peer, []byte("weather."))
//	outs := index.Match([]byte("weather.bern"))
//
// An [Index] is the publisher's side (PUB, XPUB). A [Set] is the subscriber's own
// (SUB, XSUB): how often it subscribed to each prefix.
//
// # What both promise
//
// Both are a radix trie: a topic is matched in a single walk over its bytes,
// whatever the number of subscriptions and their lengths. To add or to remove a
// subscription costs time in proportion to the length of its prefix, and nothing
// that grows with the number of subscriptions or of peers. A peer leaves at
// once; its subscriptions are then removed in as many steps as the caller likes
// ([Index.Sweep]), and match nothing meanwhile.
//
// Memory is a few tens of bytes for each subscription, in pages without pointers
// that the garbage collector need not look into. A page in which nothing is left
// is given back.
//
// Neither is safe for concurrent use: the caller's lock guards it. Prefixes and
// topics that are passed in are never kept.
package subscription

import "github.com/actum-go/actum/zmq/internal/wire"

// MaxPrefix is how many bytes a prefix may have. Callers check it.
const MaxPrefix = wire.MaxSubscription
