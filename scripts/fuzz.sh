#!/usr/bin/env bash
# Every fuzz target for FUZZ_SECONDS each, or for five: as many targets at a time as
# there are processors, each with one worker.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# targets prints "package folder target", one a line, from the source files: asking the
# tests would compile all of them.
targets() {
	local package folder file
	in_workspace go list -f '{{$p := .}}{{range .TestGoFiles}}{{$p.ImportPath}} {{$p.Dir}} {{.}}
{{end}}{{range .XTestGoFiles}}{{$p.ImportPath}} {{$p.Dir}} {{.}}
{{end}}' "${WORKSPACE[@]}" | while read -r package folder file; do
		[ -z "$file" ] || sed -n "s,^func \\(Fuzz[A-Za-z0-9_]*\\)(.*,$package $folder \\1,p" "$folder/$file"
	done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

targets >"$work/targets"
[ -s "$work/targets" ] || fail "No fuzz target was found."
seconds=${FUZZ_SECONDS:-5}
inputs=$(go env GOCACHE)/fuzz # where the go command keeps the inputs that it has found

# fuzz PACKAGE FOLDER TARGET runs one target of a program that is built, again if it
# failed for no reason of its own: before Go 1.27 the end of -fuzztime may race with a
# worker, which is then reported as a failure without an input
# (https://go.dev/issue/75804).
fuzz() {
	local package=$1 folder=$2 target=$3 output attempt
	output=$work/${package//\//_}.$target
	cd "$folder"
	for attempt in 1 2 3; do
		if "$work/${package//\//_}" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "${seconds}s" \
			-test.parallel 1 -test.fuzzcachedir "$inputs/$package" >"$output" 2>&1; then
			echo "ok $package $target: $(grep '^fuzz: ' "$output" | tail -n 1)"
			return 0
		fi
		if grep -q 'Failing input written' "$output" || ! grep -q '^ *context deadline exceeded$' "$output"; then
			break
		fi
		echo "attempt $attempt of $target ended in a race of Go's fuzzer, not in a failing input"
	done
	echo "FAILED $package $target"
	cat "$output"
	return 1
}
export -f fuzz
export work seconds inputs

cut -d ' ' -f 1 "$work/targets" | sort -u | while read -r package; do
	in_workspace go test -c -vet=off -fuzz . -o "$work/${package//\//_}" "$package"
done
echo "$(wc -l <"$work/targets") fuzz targets, $seconds s each"
xargs -P "$(getconf _NPROCESSORS_ONLN)" -L 1 bash -c 'fuzz "$@"' fuzz <"$work/targets" || fail "A fuzz target has failed."
