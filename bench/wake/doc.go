// Package wake measures what it costs to wake a goroutine that is parked in
// Go's netpoller: the figures of docs/adr/0001-park-in-the-netpoller.md.
//
//	go test -bench . -count 5 ./wake
package wake
