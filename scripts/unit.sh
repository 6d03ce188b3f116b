#!/usr/bin/env bash
# Unit, conformance and simulation tests of the library and of our tools.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Our tools' tests mostly wait for the compiler, and run beside the library's. The stage
# vet has vetted everything.
tool testsum >/dev/null # before two runs use it
output=$(mktemp)
trap 'rm -f "$output"' EXIT
(cd tools && go_test -vet=off -count=1 -timeout 2m ./...) >"$output" 2>&1 &
tools=$!

in_workspace go_test "${SHARING[@]}" -vet=off -count=1 -timeout 5m "${WORKSPACE[@]}"
wait "$tools" || { cat "$output" && exit 1; }
cat "$output"
