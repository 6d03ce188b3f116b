#!/usr/bin/env bash
# Every fuzz target for FUZZ_SECONDS each; without it, as long as lets all of
# them end within about a minute and a half, from 2 to 5 seconds.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export CGO_ENABLED=0

# targets prints "package target", one a line.
targets() {
	go test -list '^Fuzz' ./... | awk '
		/^Fuzz/ { names[++n] = $1 }
		/^ok/   { for (i = 1; i <= n; i++) print $2, names[i]; n = 0 }'
}

found=$(targets)
[ -n "$found" ] || fail "No fuzz target was found."
count=$(wc -l <<<"$found")
seconds=${FUZZ_SECONDS:-$((90 / count))}
if [ -z "${FUZZ_SECONDS:-}" ]; then
	((seconds >= 2)) || seconds=2
	((seconds <= 5)) || seconds=5
fi
echo "$count fuzz targets, $seconds s each"
while read -r package target; do
	echo "fuzz $package $target"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" "$package" 2>&1 |
		tee -a "${ACTUM_TEST_LOG:-/dev/null}"
done <<<"$found"
