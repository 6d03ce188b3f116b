#!/usr/bin/env bash
# What can be tested of Windows on a machine without it: tests compiled for Windows and
# run under wine, on both backends of that system; the demonstration; and messages
# between the tool built for Windows, the one built for this system,
# and libzmq.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ "$(uname -m)" = x86_64 ] || fail "Wine runs Windows programs on x86_64 alone, and this is $(uname -m)."
has go || fail "Please install Go $(awk '/^go /{print $2}' go.mod) or later from https://go.dev/dl/."

missing() {
	has wine || echo wine
	[ -x /usr/lib/wine/wine64 ] || echo wine64
	has x86_64-w64-mingw32-gcc || echo gcc-mingw-w64-x86-64
	[ -n "$(python_with_zmq)" ] || echo python3-zmq
}
need_packages missing
PYTHON=$(python_with_zmq)

# A prefix of its own, so that the user's settings are neither read nor changed. Nothing
# is shown, and wine does not offer to install Mono or Gecko.
WORK=$(mktemp -d)
export WINEPREFIX=$WORK/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
unset DISPLAY WAYLAND_DISPLAY
trap 'timeout 20 wineserver -k >/dev/null 2>&1 || true; rm -rf "$WORK"' EXIT # of this prefix alone

# limited SECONDS COMMAND runs it for at most that time: every call of wine has a limit.
limited() { timeout -k 10 "$@"; }

# make_prefix makes the prefix, with what Go needs and Debian's wine does not have:
# ProcessPrng of bcryptprimitives.dll, forwarded to its older name.
make_prefix() {
	limited 120 wineboot -i >"$WORK/wineboot" 2>&1 || fail "wineboot failed: $(tail -n 3 "$WORK/wineboot")"
	limited 60 wineserver -w || fail "wine did not finish setting up $WINEPREFIX within a minute."
	printf 'LIBRARY bcryptprimitives.dll\nEXPORTS\n  ProcessPrng = advapi32.SystemFunction036\n' >"$WORK/prng.def"
	x86_64-w64-mingw32-gcc -shared -nostdlib -Wl,--entry=0 \
		-o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" "$WORK/prng.def" -ladvapi32
}

# keep_running starts wine's background processes, so that they stay between two
# programs. Otherwise they would be children of a test, which would end when they do.
keep_running() {
	limited 3000 wine "$WORK/actum.exe" pull --bind 'tcp://127.0.0.1:*' </dev/null >/dev/null 2>&1 &
	limited 60 wine cmd /c exit </dev/null >/dev/null 2>&1 || fail "wine does not run a program that does nothing."
}

# Debian's wine lacks two things that Go needs, and returns errors that Go does not
# know: the first way in which Go deletes files, so that no test could remove its folder
# (Go has another way, for older systems), and an option that package net sets on each
# UDP socket. Go is compiled without these two.
overlay=$WORK/overlay.json
make_overlay() {
	local sources deletes=internal/syscall/windows/at_windows.go udp=net/fd_windows.go
	sources=$(go env GOROOT)/src
	sed 's/^var TestDeleteatFallback bool/var TestDeleteatFallback = true/' "$sources/$deletes" >"$WORK/deletes.txt"
	sed 's/return wrapSyscallError("wsaioctl", err)/_ = err/' "$sources/$udp" >"$WORK/udp.txt"
	if cmp -s "$sources/$deletes" "$WORK/deletes.txt" || cmp -s "$sources/$udp" "$WORK/udp.txt"; then
		fail "$(go version) is not a version that scripts/windows.sh can change: see make_overlay."
	fi
	printf '{"Replace": {"%s": "%s", "%s": "%s"}}\n' "$sources/$deletes" "$WORK/deletes.txt" \
		"$sources/$udp" "$WORK/udp.txt" >"$overlay"
}

for_windows() { GOOS=windows GOARCH=amd64 CGO_ENABLED=0 "$@"; }

# test_packages runs the tests of packages, with three exceptions: the simulated backend
# is the same on every system; the memory of an idle connection is measured on 500, which
# wine takes too long to make (docs/adr/0009 has figures); and an example, which cannot
# skip itself, needs ipc.
test_packages() {
	for_windows in_workspace go_test -overlay "$overlay" -exec "timeout -k 10 500 wine" -count=1 -timeout 8m \
		-skip 'IdleConnectionMemory|Example_broker|Sim|UnderFaults|OnTheSystemClock|/sim/' "$@"
}

# on_windows and here run a command of the tool built for Windows, and for this system.
on_windows() { limited 90 wine "$WORK/actum.exe" "$@"; }
here() { limited 90 env -u ACTUM_BACKEND "$WORK/actum" "$@"; } # which has other ones

# libzmq push|pull: binds endpoint $2; standard input's lines, or $3 messages.
libzmq() {
	limited 90 "$PYTHON" -I -c '
import sys, zmq
kind, endpoint, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
s = zmq.Context().socket(zmq.PUSH if kind == "push" else zmq.PULL)
s.bind(endpoint)
if kind == "push":
    for line in sys.stdin.buffer: s.send(line.rstrip(b"\n"))
else:
    for _ in range(n): sys.stdout.buffer.write(s.recv() + b"\n")
' "$@"
}

MESSAGES=2000
free_endpoint() {
	"$PYTHON" -I -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print("tcp://127.0.0.1:%d" % s.getsockname()[1])'
}

# exchange FROM TO sends messages from one to the other: here, libzmq, or on_windows,
# which connects.
exchange() {
	local from=$1 to=$2 at sender receiver push=(push --verbose --bind) pull=(pull --bind)
	at=$(free_endpoint)
	[ "$from" != on_windows ] || push=(push --verbose --connect)
	[ "$to" != on_windows ] || pull=(pull --connect)
	[ "$from" != libzmq ] || push=(push)
	[ "$to" != libzmq ] || pull=(pull)
	if [ "$to" = libzmq ]; then pull+=("$at" "$MESSAGES"); else pull+=("$at" --count "$MESSAGES" --timeout 60s); fi
	if [ "$from" = libzmq ]; then push+=("$at" "$MESSAGES"); else push+=("$at" --timeout 60s); fi
	"$to" "${pull[@]}" >"$WORK/got" &
	receiver=$!
	"$from" "${push[@]}" <"$WORK/sent" 2>"$WORK/said" &
	sender=$!
	wait "$sender" || fail "$from failed to push to $to: $(tail -n 5 "$WORK/said")"
	wait "$receiver" || fail "$to failed to pull from $from."
	cmp "$WORK/sent" "$WORK/got" || fail "What $to pulled is not what $from pushed."
	echo "ok  $MESSAGES messages, $from -> $to, backend ${ACTUM_BACKEND:-by default}"
}

exchange_all() {
	exchange on_windows here
	exchange here on_windows
	exchange on_windows libzmq
	exchange libzmq on_windows
}

make_prefix
make_overlay
limited 60 wine --version
go build -C cmd/actum -o "$WORK/actum" .
for_windows go build -C cmd/actum -overlay "$overlay" -o "$WORK/actum.exe" .
keep_running
seq -f 'message %g' $MESSAGES >"$WORK/sent"

echo "=== tests, on the default backend, and on both where a test names them"
test_packages ./proactor ./proactor/netio ./proactor/netio/nettest ./proactor/internal/sys ./proactor/internal/backend ./zmq ./zmq/internal/core
for backend in goroutine iocp; do
	export ACTUM_BACKEND=$backend
	echo "=== demonstration, on $backend"
	on_windows demo --time 3s 2>"$WORK/demo" || fail "The demonstration failed on $backend: $(tail -n 3 "$WORK/demo")"
	echo "=== messages to and from other builds, on $backend"
	exchange_all
done
echo "=== tests of messages, on iocp"
ACTUM_BACKEND=iocp test_packages ./proactor/netio ./proactor/netio/nettest ./zmq ./zmq/internal/core
