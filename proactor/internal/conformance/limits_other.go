//go:build !windows

package conformance

// reportsRefused: a connected datagram socket reports that its peer is absent.
const reportsRefused = true

// reportsSource: the source of every datagram is known.
const reportsSource = true
