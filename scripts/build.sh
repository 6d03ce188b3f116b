#!/usr/bin/env bash
# Compiles the library and the tool for every supported system, without cgo, and
# the proactor for those that share its kqueue backend.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export CGO_ENABLED=0

for system in linux darwin windows freebsd; do
	for machine in amd64 arm64; do
		echo "build $system/$machine"
		GOOS=$system GOARCH=$machine in_workspace go build "${WORKSPACE[@]}"
	done
done
for system in netbsd openbsd dragonfly; do
	echo "build proactor $system/amd64"
	GOOS=$system GOARCH=amd64 go build ./proactor/...
done
