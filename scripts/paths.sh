#!/usr/bin/env bash
# The files that the documentation names exist.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

missing=$(grep -oHE '`[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+`' docs/*.md CONTRIBUTING.md |
	tr -d '`' | while IFS=: read -r page path; do
	[ -e "$path" ] || echo "$page: $path"
done)
[ -z "$missing" ] || fail "The documentation names files that do not exist:
$missing"
