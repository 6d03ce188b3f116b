#!/usr/bin/env bash
# go vet on every module, and on the library for the other systems, whose files
# no test here compiles.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

modules | while read -r module; do
	echo "vet $module"
	(cd "$module" && go vet ./...)
done
for system in darwin windows freebsd; do
	echo "vet . for $system"
	CGO_ENABLED=0 GOOS=$system go vet ./...
done
for system in netbsd openbsd dragonfly; do
	echo "vet proactor for $system"
	CGO_ENABLED=0 GOOS=$system GOARCH=amd64 go vet ./proactor/...
done
