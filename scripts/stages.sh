# Sourced by test.sh and full.sh: runs stages, each a script of this folder.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# run_stages NAME BUDGET STAGE... runs the stages in turn and prints a line for
# each. Their output goes to bin/NAME.log. The first stage that fails ends the run, and
# its output is shown, without the tests that passed. BUDGET is in seconds, on two idle
# cores: a run that takes longer passes with a notice.
run_stages() {
	local name=$1 budget=$2 stage start
	local log=bin/$name.log output
	shift 2
	mkdir -p bin
	: >"$log"
	output=$(mktemp)
	# shellcheck disable=SC2064 # the file of now
	trap "rm -f '$output'" EXIT
	echo "The full log is in $log."
	for stage in "$@"; do
		printf '%-12s ' "$stage"
		start=$SECONDS
		echo "=== stage $stage" >>"$log"
		if ! "scripts/$stage.sh" >"$output" 2>&1; then
			cat "$output" >>"$log"
			printf 'FAILED after %d s\n\n' $((SECONDS - start))
			grep -v -e '^--- PASS' -e '^ok ' "$output" | tail -n 100 >&2
			printf '\nStage %s of make %s failed. "make %s" repeats it, and %s has all of its output.\n' \
				"$stage" "$name" "$stage" "$log" >&2
			return 1
		fi
		cat "$output" >>"$log"
		printf 'ok %5d s  %s\n' $((SECONDS - start)) "$(totals "$output")"
		# Whatever the stages need, deps has downloaded.
		[ "$stage" != deps ] || export GOPROXY=off
	done
	printf '%-12s ok %5d s\n' total $SECONDS
	if ((SECONDS > budget)); then
		echo "That is more than the $((budget / 60)) minutes that \`make $name\` may take on two idle cores."
	fi
	totals "$log"
}

# totals FILE prints how many tests passed, failed and were skipped, from the
# lines that testsum ends each of its runs with. Nothing if there is none.
totals() {
	awk '/^total: [0-9]+ tests passed/ { passed += $2; failed += $5; skipped += $7; runs++ }
		END { if (runs) printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$1"
}
