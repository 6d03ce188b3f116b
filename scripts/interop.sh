#!/usr/bin/env bash
# Messages to and from libzmq, and the other implementations that interop/ knows.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ACTUM_PYTHON=$(python_with_zmq)
export ACTUM_PYTHON

# Most of these tests mainly wait for other processes.
cd interop && go_test -vet=off -parallel 6 -count=1 -timeout 5m ./...
