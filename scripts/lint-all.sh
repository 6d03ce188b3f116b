#!/usr/bin/env bash
# lint.sh, and the same linters on what every system compiles, with the check for
# code that none of them uses.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/lint.sh
echo "lint . (all systems)"
"$(tool lint)" -matrix ./... <tools/builds.txt
