#!/usr/bin/env bash
# The library's tests under the race detector, and the proof that it was on:
# a test that races on purpose, in a process of its own, must have been caught.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export CGO_ENABLED=1 # -race needs it

proof=$(go test -race -count=1 -v -run '^TestDetectorCatchesARace$' ./internal/racecheck)
echo "$proof"
grep -q '^--- PASS: TestDetectorCatchesARace' <<<"$proof" || fail "The race detector was not on."

go_test -race -count=1 -timeout 8m ./...
