#!/usr/bin/env bash
# make full: all that `make test` checks, and what takes longer: compilation for every
# system, other processors, Windows, many simulated runs. At most 75 minutes on two idle
# cores.
source "$(dirname "${BASH_SOURCE[0]}")/stages.sh"

export FUZZ_SECONDS=${FUZZ_SECONDS:-10}

run_stages full 4500 deps format modules build vet-all lint-all unit race i386 bsd simulation fuzz interop bench-build \
	emulated windows
