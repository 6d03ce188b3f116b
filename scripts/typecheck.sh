#!/usr/bin/env bash
# Type-checks the library, the tool and their tests for every supported system,
# and the proactor for those that share its kqueue backend. Nothing is compiled:
# `make build` does that, and takes a minute a system the first time.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

typecheck=$(tool typecheck)
for system in linux/{amd64,arm64,386,arm,s390x} {darwin,windows,freebsd}/{amd64,arm64}; do
	"$typecheck" "$system" ./...
done
for system in netbsd openbsd dragonfly; do
	"$typecheck" "$system/amd64" ./proactor/...
done
