#!/usr/bin/env bash
# What the tests notice: puts small faults into the code, one at a time, and reports
# those that no test catches (tools/mutants). Not part of `make test`: 40 of each
# package take hours. Arguments go to the tool, as in
#
#	scripts/mutants.sh -package ./zmq/internal/pipe -sample 0
#
# MUTANTS_SEED chooses another sample.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mutants=$(tool mutants)
messages=$(go list ./zmq/... | grep -vE '/(conformance|simulation|xor)$' | paste -sd,) # without what tests consist of
"$mutants" -sample 40 -seed "${MUTANTS_SEED:-1}" \
	-package "$messages",./proactor,./proactor/internal/backend/... "$@"
