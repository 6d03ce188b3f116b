#!/usr/bin/env bash
# Installs the Debian packages that the checks need and that are missing: as root, or
# through sudo. Otherwise it prints what to install. The Go modules are downloaded
# here, too, so that later stages need no network.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

has_headers() { has gcc && echo '#include <stdlib.h>' | gcc -E -o /dev/null - 2>/dev/null; }
has_libzmq() { has pkg-config && pkg-config --exists libzmq; }
has_python() { has /usr/bin/python3 || has python3; }
has_pyzmq() { [ -n "$(python_with_zmq)" ]; }

# missing prints the packages that are missing: libzmq and its Python binding are the
# peers of the interop tests, the compiler builds a peer in C and the race detector.
missing() {
	has gcc || echo gcc
	has_headers || echo libc6-dev
	has pkg-config || echo pkg-config
	has_libzmq || echo libzmq3-dev
	has_python || echo python3
	has_pyzmq || echo python3-zmq
}

# download gets the dependencies of a module. In a workspace, "go mod download" would get
# everything that these require for themselves, too.
download() {
	if [ "$(go env GOWORK)" = "" ]; then go mod download; else go list -deps -test ./... >/dev/null; fi
}

has go || fail "Please install Go $(awk '/^go /{print $2}' go.mod) or later from https://go.dev/dl/."

need_packages missing
modules | while read -r module; do
	(cd "$module" && download)
done
go version
echo "gcc $(gcc -dumpfullversion), libzmq $(pkg-config --modversion libzmq)," \
	"pyzmq $("$(python_with_zmq)" -I -c 'import zmq; print(zmq.__version__)')"
