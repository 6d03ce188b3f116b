#!/usr/bin/env bash
# The conformance suite with the system calls that the proactor makes on macOS and
# the BSDs, instead of Linux's own: on epoll, and on a simulated kqueue. So all of that
# backend runs, except for the calls of kqueue itself, which Linux does not have.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

sys=$ROOT/proactor/internal/sys
copies=$ROOT/bin/bsd
mkdir -p "$copies"

# replace FILE BY makes Go compile BY, without its build constraint, as FILE. The copy's
# name does not end in .go, so that other tools do not read it.
replacements=()
replace() {
	sed '/^\/\/go:build /d' "$sys/$2" >"$copies/$2.txt"
	replacements+=("\"$sys/$1\": \"$copies/$2.txt\"")
}
for kind in datagram family socket stream transmit; do
	replace "${kind}_linux.go" "${kind}_bsd.go"
done
replace vector_linux.go vector_unix.go # beside the others: Linux has none
replace signal_linux.go signal_openbsd.go

always=("${replacements[@]}")
for descriptors in descriptor_lock.go descriptor_flags.go; do
	echo "with $descriptors"
	replacements=("${always[@]}")
	replace descriptor_linux.go "$descriptors"
	(IFS=, && printf '{"Replace": {%s}}\n' "${replacements[*]}") >"$copies/overlay.json"
	go_test -overlay "$copies/overlay.json" -count=1 -timeout 3m \
		-run '^TestConformance$/^epoll$|^TestConformanceOfSimulatedKqueue$|^TestBackends$/^epoll$' ./proactor
done
