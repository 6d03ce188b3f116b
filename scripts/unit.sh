#!/usr/bin/env bash
# Unit, conformance and simulation tests of the library and of our tools.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The stage vet has vetted everything.
in_workspace go_test -vet=off -count=1 -timeout 5m "${WORKSPACE[@]}"
cd tools && go_test -vet=off -count=1 -timeout 2m ./...
