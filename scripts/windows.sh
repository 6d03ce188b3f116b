#!/usr/bin/env bash
# The tests of the proactor, compiled for Windows and run under wine: with all
# backends of that system, and the messaging library on top of them.
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

wine --version
export GOOS=windows GOARCH=amd64 CGO_ENABLED=0
go_test -exec wine -count=1 -timeout 4m ./proactor/...
