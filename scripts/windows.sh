#!/usr/bin/env bash
# The tests of the proactor, compiled for Windows and run under wine, on the
# backends of that system.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [ "$(uname -m)" != x86_64 ]; then
	echo "NOT RUN: wine runs Windows programs on x86_64 alone, and this is $(uname -m)."
	exit 0
fi

missing() {
	has wine || echo wine
	[ -x /usr/lib/wine/wine64 ] || echo wine64
	has x86_64-w64-mingw32-gcc || echo gcc-mingw-w64-x86-64
}
need_packages missing

# The prefix is kept: `make clean` removes it. Nothing is shown, and no Mono or
# Gecko is asked for.
export WINEPREFIX=$ROOT/bin/wine WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
unset DISPLAY WAYLAND_DISPLAY
dll=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll

# make_prefix makes the prefix, with what Go needs and Debian's wine has not:
# ProcessPrng of bcryptprimitives.dll, forwarded to its older name.
make_prefix() {
	rm -rf "$WINEPREFIX"
	mkdir -p "$WINEPREFIX"
	wineboot -i
	wineserver -w
	printf 'LIBRARY bcryptprimitives.dll\nEXPORTS\n  ProcessPrng = advapi32.SystemFunction036\n' >"$WINEPREFIX/bcryptprimitives.def"
	x86_64-w64-mingw32-gcc -shared -nostdlib -Wl,--entry=0 -o "$dll" "$WINEPREFIX/bcryptprimitives.def" -ladvapi32
}
[ -s "$dll" ] || make_prefix
trap 'wineserver -k || true' EXIT # of this prefix alone

# Debian's wine lacks two things that Go counts on, and says so with errors that
# Go does not know: the way in which it deletes files first, so that no test could
# remove its folder (Go has another way, for older systems), and an option that
# package net sets on each socket of UDP. Go is compiled with that taken out.
sources=$(go env GOROOT)/src
deletes=internal/syscall/windows/at_windows.go
udp=net/fd_windows.go
sed 's/^var TestDeleteatFallback bool/var TestDeleteatFallback = true/' "$sources/$deletes" >"$WINEPREFIX/deletes.txt"
sed 's/return wrapSyscallError("wsaioctl", err)/_ = err/' "$sources/$udp" >"$WINEPREFIX/udp.txt"
printf '{"Replace": {"%s": "%s", "%s": "%s"}}\n' "$sources/$deletes" "$WINEPREFIX/deletes.txt" \
	"$sources/$udp" "$WINEPREFIX/udp.txt" >"$WINEPREFIX/overlay.json"

wine --version
export GOOS=windows GOARCH=amd64 CGO_ENABLED=0
# The simulated backend is the same here as elsewhere, and what an operation
# allocates takes minutes to count where each call is a message to another process.
go_test -overlay "$WINEPREFIX/overlay.json" -exec wine -count=1 -timeout 8m \
	-skip 'NoAllocation|Sim|UnderFaults|OnTheSystemClock|/sim/' ./proactor ./proactor/internal/backend/iocp ./proactor/internal/sys
