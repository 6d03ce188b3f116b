#!/usr/bin/env bash
# Type-checks the library, the tool and their tests for every supported system,
# and the proactor for all systems with kqueue, for Solaris and for amd64, which only the proactor
# distinguishes. Nothing is compiled: `make build` compiles, and takes a minute for each
# system the first time.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

typecheck=$(tool typecheck)
in_workspace "$typecheck" "${WORKSPACE[@]}" linux/{arm64,386,arm,s390x} {darwin,windows,freebsd}/arm64 \
	./proactor/... ./proactor/netio/nettest/... {darwin,windows,freebsd,netbsd,openbsd,dragonfly,solaris}/amd64
