#!/usr/bin/env bash
# The library's tests compiled for a 32-bit processor, where an int is 32 bits and a
# word of 64 is not aligned by itself. An amd64 system runs them as they are.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [ "$(uname -s)/$(uname -m)" != Linux/x86_64 ]; then
	echo "Programs for linux/386 do not run on this $(uname -s)/$(uname -m): nothing is tested."
	exit
fi
export GOARCH=386

# Left out is what says nothing new about a processor: the conformance suite's other
# rounds, and package net's own tests. The conformance suite itself is run on every
# backend, over unix sockets on the ring alone, whose requests hold their addresses.
go_test -short -vet=off -count=1 -timeout 4m \
	-skip '^TestConformance(Locked|UnderFaults|OfSimulatedKqueue|OnTheSystemClock)$|^TestConformance$/^(epoll|goroutine|sim)$/^unix$|^TestNettest|^TestReplayOthers$' \
	$(go list ./proactor/... ./zmq/... | grep -v /proactor/netio)
