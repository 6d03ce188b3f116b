#!/usr/bin/env bash
# The benchmarks compile and their own tests pass; `make bench` runs them.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd bench && go build -o /dev/null ./... && go_test -count=1 -timeout 2m ./...
