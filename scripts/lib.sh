# Sourced by the scripts of this folder: they run from the repository's root.
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD

# The tests do not use version control, and a checkout that belongs to another user
# must not stop a build.
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"

# Only the race detector needs cgo (race.sh). With one setting for all stages, the
# standard library is compiled and vetted once, not once for each stage.
export CGO_ENABLED=0

# modules lists the folders of the Go modules, the library's first.
modules() {
	echo .
	find . -mindepth 2 -name go.mod -not -path './bin/*' -printf '%h\n' | sort
}

# The library, the tool, and the tests that need golang.org/x/net are modules of their own
# (docs/adr/0020-modules.md). in_workspace COMMAND runs a go command in the root for all
# of them: its patterns are "${WORKSPACE[@]}". other_modules lists the modules beside them.
LIBRARY=github.com/actum-go/actum
WORKSPACE=(./... ./cmd/actum/... ./proactor/netio/nettest/...)
other_modules() { modules | grep -vx -e . -e ./cmd/actum -e ./proactor/netio/nettest; }
in_workspace() { GOWORK=$ROOT/cmd/actum/go.work "$@"; }

# tool NAME builds one of our tools at its pinned dependencies and prints its
# path. It runs here, whatever system the tests are compiled for.
tool() {
	local out="$ROOT/bin/$1"
	(cd "$ROOT/tools" && env -u GOOS -u GOARCH -u GOWORK CGO_ENABLED=0 go build -o "$out" "./cmd/$1") && echo "$out"
}

# With "${SHARING[@]}" a processor has two packages to test: tests wait for a third of their
# time or more.
SHARING=(-p $((2 * $(getconf _NPROCESSORS_ONLN))))

# go_test ARGS runs go test and fails also if a test was skipped that
# scripts/skips.txt does not list. The results go to $ACTUM_TEST_LOG as well.
go_test() {
	local summary log="${ACTUM_TEST_LOG:-/dev/null}"
	summary=$(tool testsum)
	go test -json "$@" | "$summary" -skips "$ROOT/scripts/skips.txt" | tee -a "$log"
}

fail() {
	echo "$*" >&2
	exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# need_packages LISTER installs the Debian packages that the function LISTER
# prints: as root, or through sudo. Otherwise it prints what to install.
need_packages() {
	local packages
	mapfile -t packages < <("$1")
	[ "${#packages[@]}" -gt 0 ] || return 0
	echo "missing: ${packages[*]}"
	install_packages "${packages[@]}" || fail "Please install these Debian packages: ${packages[*]}."
	mapfile -t packages < <("$1")
	[ "${#packages[@]}" -eq 0 ] || fail "Still missing after their installation: ${packages[*]}."
}

install_packages() {
	local as=()
	if [ "$(id -u)" -ne 0 ]; then
		as=(sudo -n)
		has sudo && sudo -n true 2>/dev/null || return 1
	fi
	has apt-get || return 1
	"${as[@]}" apt-get update -q &&
		"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# python_with_zmq prints the first Python that has the binding to libzmq, or
# nothing. A version manager's Python may come before the system's in PATH. With -I it
# does not import our folder zmq/ instead of the binding.
python_with_zmq() {
	local python
	for python in python3 /usr/bin/python3; do
		if "$python" -I -c 'import zmq; zmq.Context' 2>/dev/null; then
			echo "$python"
			return
		fi
	done
}
