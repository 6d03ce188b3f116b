#!/usr/bin/env bash
# go vet on every module, and on the library for the other systems, for which it
# compiles everything.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/vet.sh
for system in darwin windows freebsd; do
	echo "vet . for $system"
	CGO_ENABLED=0 GOOS=$system in_workspace go vet "${WORKSPACE[@]}"
done
for system in netbsd openbsd dragonfly; do
	echo "vet proactor for $system"
	CGO_ENABLED=0 GOOS=$system GOARCH=amd64 go vet ./proactor/...
done
