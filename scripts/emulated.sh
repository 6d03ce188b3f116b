#!/usr/bin/env bash
# The library's tests on emulated processors: arm, with 32 bits, and s390x, which is
# big-endian. Debian's qemu runs their programs on this kernel, without io_uring: the
# tests run on epoll and on goroutine.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ "$(uname -s)" = Linux ] || fail "qemu runs Linux programs on Linux alone, and this is $(uname -s)."

missing() {
	has qemu-arm-static && has qemu-s390x-static || echo qemu-user-static
}
need_packages missing

# on PROCESSOR runs the tests of packages there. Some tests start their own program. The
# kernel cannot do that unless it knows the emulator (binfmt_misc): a container often does
# not have that.
on() {
	local processor=$1 skip=()
	shift
	if [ ! -e "/proc/sys/fs/binfmt_misc/qemu-$processor" ]; then
		skip=(-skip '^TestOnQuit$|^TestConformance$/././^Process(Cancel)?$|^TestConformanceOfSimulatedKqueue$/./^Process(Cancel)?$')
	fi
	GOARCH=$processor in_workspace go_test -short -exec "qemu-$processor-static" -count=1 -timeout 10m "${skip[@]}" "$@"
}

for processor in s390x arm; do
	echo "=== $processor: all packages, on the backends that the tests name and on epoll"
	ACTUM_BACKEND=epoll on "$processor" ./proactor/... ./proactor/netio/nettest ./zmq/...
	echo "=== $processor: zmq and netio, on goroutine"
	ACTUM_BACKEND=goroutine on "$processor" ./proactor/netio ./proactor/netio/nettest ./zmq ./zmq/internal/core
done
