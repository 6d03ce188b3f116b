#!/usr/bin/env bash
# make test: every stage in turn, each one timed; the first that fails ends it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

stages=(deps build format vet lint unit bsd race fuzz interop bench-build)

ACTUM_TEST_LOG=$(mktemp)
export ACTUM_TEST_LOG
times=$(mktemp)
trap 'rm -f "$ACTUM_TEST_LOG" "$times"' EXIT

for stage in "${stages[@]}"; do
	echo "=== stage $stage"
	start=$SECONDS
	if ! "scripts/$stage.sh"; then
		echo "make test: FAILED in stage '$stage' after $((SECONDS - start)) s; the lines above say why," \
			"\`make $stage\` repeats it" >&2
		exit 1
	fi
	printf '%-12s ok %5d s\n' "$stage" $((SECONDS - start)) | tee -a "$times"
done

echo
echo "=== tests that ran"
# The lines of go test itself, one a package and stage.
grep -E '^(ok|FAIL|---|\?)' "$ACTUM_TEST_LOG"
echo
echo "=== stages"
cat "$times"
printf '%-12s ok %5d s\n' total $SECONDS
