#!/usr/bin/env bash
# lint.sh, and the same linters on the code of every system, with the check for code
# that no system uses.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/lint.sh
echo "lint . (all systems)"
lint=$(tool lint)
in_workspace "$lint" -matrix "${WORKSPACE[@]}" <tools/builds.txt
