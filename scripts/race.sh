#!/usr/bin/env bash
# The library's tests under the race detector, and the proof that it was on:
# a test that races on purpose, in a process of its own, must have been caught.
#
# With RACE_ROUNDS=one the conformance suite runs over tcp alone, once on each
# backend, and not on simulated networks, where one goroutine does everything: for
# the detector, the other rounds are the same. Long tests that use a single goroutine
# are left out, too: simulated runs, the decoder's many cuts, engines on a simulated
# network with many seeds or connections. Without the detector all of them run (unit.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export CGO_ENABLED=1 # -race needs it
# By default, a program with the detector sleeps for a second before it exits: for each
# package, and for each program that a test starts.
export GORACE="atexit_sleep_ms=0${GORACE:+ $GORACE}"

proof=$(go test -race -count=1 -v -run '^TestDetectorCatchesARace$' ./internal/racecheck)
echo "$proof"
grep -q '^--- PASS: TestDetectorCatchesARace' <<<"$proof" || fail "The race detector was not on."

skip=() packages=("${WORKSPACE[@]}")
if [ "${RACE_ROUNDS:-all}" = one ]; then
	mapfile -t packages < <(in_workspace go list "${WORKSPACE[@]}" | grep -v /zmq/internal/simulation)
	skip=(-skip '^Test(SimEchoOverManySeeds|Decoder(CutAnywhere|CutLargeBodies|ByteByByte|LongStreams|Turns)|ChunkSizes|TurnIsExact|Unsent|CodecReconnects|AnswersDoNotPileUp|ConnectionsShareARound|InboxIsBounded|CommandsDuringTraffic)$|^TestConformance$/./^unix$|^TestConformance$/^sim$|^TestConformance(Locked|OfSimulatedKqueue)$/^unix$|^TestConformance(UnderFaults|OnTheSystemClock)$')
fi
# The stage vet has vetted everything.
in_workspace go_test "${SHARING[@]}" -race -vet=off -count=1 -timeout 8m "${skip[@]}" "${packages[@]}"
