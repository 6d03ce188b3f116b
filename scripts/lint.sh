#!/usr/bin/env bash
# The linters of tools/, pinned there, on this system, and the layers
# (tools/layers.txt). Code of the library that another system alone uses would
# count as unused here: lint-all.sh looks for that.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

echo "layers"
"$(tool importrule)" -table tools/layers.txt .

lint=$(tool lint)
modules | while read -r module; do
	checks=inherit
	[ "$module" != . ] || checks=inherit,-U1000
	echo "lint $module"
	(cd "$module" && "$lint" -checks "$checks" ./...)
done
