#!/usr/bin/env bash
# The simulated runs of the proactor and of messages, with more seeds than the unit
# tests have: SIM_SEEDS of each scenario. A failure prints its seed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seeds=${SIM_SEEDS:-20000}
go_test -count=1 -timeout 30m ./zmq/internal/simulation -sim.seeds="$seeds"
go_test -count=1 -timeout 30m ./proactor/sim -sim.seeds="$seeds"
