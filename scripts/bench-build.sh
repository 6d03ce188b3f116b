#!/usr/bin/env bash
# The benchmarks and the peers in C compile, and their own tests pass; `make
# bench` runs them.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd bench
gcc -std=gnu11 -fsyntax-only -Wall -Wextra -Werror peers/*/*.c
go build -o /dev/null ./...
go_test -vet=off -count=1 -timeout 2m ./...
