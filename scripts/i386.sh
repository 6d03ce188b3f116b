#!/usr/bin/env bash
# The library's tests compiled for a 32-bit processor, where an int has 32 bits and a
# 64-bit word is not always aligned. An amd64 system runs them directly.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [ "$(uname -s)/$(uname -m)" != Linux/x86_64 ]; then
	echo "Programs for linux/386 do not run on this $(uname -s)/$(uname -m): nothing is tested."
	exit
fi
export GOARCH=386

# Tests that do not depend on the processor are left out: the conformance suite's other
# rounds, and package netio. The conformance suite itself is run on every
# backend, over unix sockets on the ring alone, whose requests hold their addresses.
go_test "${SHARING[@]}" -short -vet=off -count=1 -timeout 4m \
	-skip '^TestConformance(Locked|UnderFaults|OfSimulatedKqueue|OnTheSystemClock)$|^TestConformance$/^(epoll|goroutine|sim)$/^unix$|^TestReplayOthers$' \
	$(go list ./proactor/... ./zmq/... | grep -v /proactor/netio)
