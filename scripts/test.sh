#!/usr/bin/env bash
# make test: what CI runs. At most ten minutes on two idle cores.
source "$(dirname "${BASH_SOURCE[0]}")/stages.sh"

export FUZZ_SECONDS=${FUZZ_SECONDS:-2}
export RACE_ROUNDS=one
export MODULES_INSTALL=no

run_stages test 600 deps format modules typecheck vet lint unit race i386 fuzz interop bench-build
