#!/usr/bin/env bash
# Every fuzz target for FUZZ_SECONDS each, or for five.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# targets prints "package target", one a line, from the source files: asking the tests
# would compile all of them.
targets() {
	local package file
	go list -f '{{$p := .}}{{range .TestGoFiles}}{{$p.ImportPath}} {{$p.Dir}}/{{.}}
{{end}}{{range .XTestGoFiles}}{{$p.ImportPath}} {{$p.Dir}}/{{.}}
{{end}}' ./... | while read -r package file; do
		[ -z "$file" ] || sed -n "s,^func \\(Fuzz[A-Za-z0-9_]*\\)(.*,$package \\1,p" "$file"
	done
}

found=$(targets)
[ -n "$found" ] || fail "No fuzz target was found."
count=$(wc -l <<<"$found")
seconds=${FUZZ_SECONDS:-5}

output=$(mktemp)
trap 'rm -f "$output"' EXIT

# fuzz PACKAGE TARGET runs one target, again if it failed for no reason of its
# own: before Go 1.27 the end of -fuzztime may race with a worker, which is then
# reported as a failure without an input (https://go.dev/issue/75804).
fuzz() {
	local attempt
	for attempt in 1 2 3; do
		if go test -vet=off -run '^$' -fuzz "^$2\$" -fuzztime "${seconds}s" "$1" >"$output" 2>&1; then
			tail -n 4 "$output" | tee -a "${ACTUM_TEST_LOG:-/dev/null}"
			return 0
		fi
		if grep -q 'Failing input written' "$output" || ! grep -q '^ *context deadline exceeded$' "$output"; then
			break
		fi
		echo "attempt $attempt ended in a race of Go's fuzzer, not in a failing input"
	done
	cat "$output"
	return 1
}

echo "$count fuzz targets, $seconds s each"
while read -r package target; do
	echo "fuzz $package $target"
	fuzz "$package" "$target"
done <<<"$found"
