#!/usr/bin/env bash
# Compiles the library and the tool for every supported system, without cgo.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export CGO_ENABLED=0

for system in linux darwin windows freebsd; do
	for machine in amd64 arm64; do
		echo "build $system/$machine"
		GOOS=$system GOARCH=$machine go build ./...
	done
done
