#!/usr/bin/env bash
# The linters of tools/, pinned there, and the layers (tools/layers.txt).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

echo "layers"
"$(tool importrule)" -table tools/layers.txt .

lint=$(tool lint)
echo "lint . (all systems)"
"$lint" -matrix ./... <tools/builds.txt
modules | while read -r module; do
	[ "$module" != . ] || continue
	echo "lint $module"
	(cd "$module" && "$lint" ./...)
done
