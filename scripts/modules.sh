#!/usr/bin/env bash
# What a user of the modules gets, if the working tree were published as the version that
# the tool requires: the modules that a program with zmq or proactor depends on, and the
# tool as "go install" makes it. Nothing is published: a module proxy in a folder has the
# library and the tool, and the module cache has what they depend on. With
# MODULES_INSTALL=no, the tool's packages are found and not compiled.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(awk -v library="$LIBRARY" '$1 == library { print $2 }' cmd/actum/go.mod)
[ -n "$version" ] || fail "cmd/actum/go.mod does not require $LIBRARY."
"$(tool moduleproxy)" "$work/proxy" "$version" . cmd/actum

GOPROXY="file://$work/proxy,file://$(go env GOMODCACHE)/cache/download"
export GOPROXY GOSUMDB=off GOMODCACHE=$work/modules GOBIN=$work/bin GOWORK=off
export GOFLAGS="$GOFLAGS -modcacherw"

# equal WHAT GOT WANT compares two lists, which have an entry a line.
equal() {
	diff <(echo "$3") <(echo "$2") >&2 || fail "$1 is not what it was ('<': before)."
}

echo "a program with zmq and proactor"
mkdir "$work/program" && cd "$work/program"
cat >go.mod <<-END
	module example.com/program

	go 1.25.0

	require $LIBRARY $version
END
cat >main.go <<-END
	package main

	import (
		_ "$LIBRARY/proactor"
		_ "$LIBRARY/proactor/netio"
		_ "$LIBRARY/zmq"
	)

	func main() {}
END
go mod tidy 2>log || fail "$(cat log)"
go list -deps . >/dev/null # each package is in a module that go.mod and go.sum have
modules="$LIBRARY
golang.org/x/sys"
equal "its module graph" "$(go mod graph | tr ' ' '\n' | sed 's/@.*//' | grep -vx -e go -e toolchain -e example.com/program | sort -u)" "$modules"
equal "its go.sum" "$(cut -d ' ' -f 1 go.sum | sort -u)" "$modules"

echo "go install $LIBRARY/cmd/actum@latest"
cd "$work"
if [ "${MODULES_INSTALL:-yes}" = no ]; then
	go install -n "$LIBRARY/cmd/actum@latest" >log 2>&1 || fail "$(cat log)"
	exit
fi
go install "$LIBRARY/cmd/actum@latest" 2>log || fail "$(cat log)"
"$GOBIN/actum" version
"$GOBIN/actum" version | grep -q "^actum $version," || fail "The tool does not know its version, $version."
