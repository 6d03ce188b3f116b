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

modules | while read -r module; do
	(cd "$module" && go mod tidy -diff) || fail "Please run \`go mod tidy\` in $module."
done

"$(tool readme)" README.md zmq/example_readme_test.go

scripts/paths.sh
