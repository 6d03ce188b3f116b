#!/usr/bin/env bash
# Unit, conformance and simulation tests of the library and of our tools.
# Without cgo, as the library is meant to be built.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export CGO_ENABLED=0

go_test -count=1 -timeout 5m ./...
cd tools && go_test -count=1 -timeout 2m ./...
