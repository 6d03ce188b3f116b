#!/usr/bin/env bash
# Formatting of Go and shell files, tidy module files, the files that the
# documentation names, and the README's example, which must equal a compiled one.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || fail "Please run \`make fmt\`; gofmt would change:
$unformatted"

for script in scripts/*.sh .ci/run; do
	bash -n "$script"
done

# tidy_diff says what "go mod tidy" would change in a module. It does not use a workspace:
# instead, the library is replaced by the one beside the module, because the version that
# the module requires may not be published yet.
tidy_diff() {
	local work
	if [ -z "$(go env GOWORK)" ]; then
		go mod tidy -diff
		return
	fi
	work=$(mktemp -d)
	cp go.mod go.sum "$work"
	go mod edit -replace "$LIBRARY=$ROOT" "$work/go.mod"
	GOWORK=off go mod tidy -diff -modfile="$work/go.mod" && rm -r "$work"
}

modules | while read -r module; do
	(cd "$module" && tidy_diff) || fail "\`go mod tidy\` would change $module: please change it (cmd/actum by hand)."
done

"$(tool readme)" README.md zmq/example_readme_test.go

scripts/paths.sh
