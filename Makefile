# Every target is a script of scripts/ that also runs on its own. `make test` is
# what CI runs, and `make full` all there is.

.DEFAULT_GOAL := help
.PHONY: help test full deps format modules typecheck build vet vet-all lint lint-all unit race i386 bsd simulation \
	fuzz interop bench-build emulated windows \
	demo fmt mutants bench bench-matrix bench-guard bench-openloop bench-runtime features ablation figures clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## what CI runs: check, test, race, fuzz, interop; ten minutes
	@scripts/test.sh
full: ## the same and what takes longer: all systems, other processors, Windows; over an hour
	@scripts/full.sh

deps: ## install what the checks need and the system lacks
	@scripts/deps.sh
format: ## check gofmt, shell syntax, and the README's example
	@scripts/format.sh
modules: ## what a program with the library, and an installation of the tool, get
	@scripts/modules.sh
typecheck: ## type-check for every supported system
	@scripts/typecheck.sh
build: ## compile for every supported system, without cgo
	@scripts/build.sh
vet: ## go vet on every module
	@scripts/vet.sh
vet-all: ## the same, and for every supported system
	@scripts/vet-all.sh
lint: ## linters, and who may import whom (tools/layers.txt)
	@scripts/lint.sh
lint-all: ## the same on what every system compiles
	@scripts/lint-all.sh
unit: ## unit and conformance tests
	@scripts/unit.sh
race: ## the same tests under the race detector
	@scripts/race.sh
i386: ## the library's tests on a 32-bit processor
	@scripts/i386.sh
bsd: ## the conformance suite with the system calls of macOS and the BSDs, on Linux
	@scripts/bsd.sh
simulation: ## many more seeds of the simulated runs (SIM_SEEDS)
	@scripts/simulation.sh
fuzz: ## every fuzz target for a few seconds (FUZZ_SECONDS=60 for longer)
	@scripts/fuzz.sh
interop: ## exchange messages with libzmq
	@scripts/interop.sh
bench-build: ## compile and vet the benchmarks
	@scripts/bench-build.sh
emulated: ## the library's tests on arm and on s390x, which is big-endian, under qemu
	@scripts/emulated.sh
windows: ## tests, demonstration and exchanges compiled for Windows, under wine
	@scripts/windows.sh

demo: ## run the demonstration
	@go run -C cmd/actum . demo
bench: deps ## measure us and our peers in turn, then write the tables: about 90 minutes
	@cd bench && go run ./cmd/bench run && go run ./cmd/bench table
bench-matrix: deps ## the speed matrix alone: messages beside libzmq, waiting for a quiet machine; about 40 minutes
	@cd bench && go run ./cmd/bench matrix --patience 5s && go run ./cmd/bench table
bench-guard: deps ## the speed matrix, briefly: fails when a ratio is below half of the kept one; a few minutes
	@cd bench && go run ./cmd/bench guard
bench-openloop: deps ## latencies at fixed rates, beside libzmq; about 4 minutes
	@cd bench && go run ./cmd/bench openloop --patience 5s && go run ./cmd/bench table
bench-runtime: deps ## the same for the runtime alone (echo, idle, timers, files), waiting for a quiet machine
	@cd bench && go run ./cmd/bench run --only echo,idle,timer,file,transmit --patience 30s && go run ./cmd/bench table
features: deps ## what each feature of io_uring in use is worth to an echo server, on and off in one run
	@cd bench && go run ./cmd/bench features --patience 30s && go run ./cmd/bench table
ablation: deps ## what each optimization is worth, and each phase of them, off and on in one run
	@cd bench && go run ./cmd/bench ablation && go run ./cmd/bench table
mutants: ## put small faults into the code and report what no test notices: hours
	@scripts/mutants.sh
figures: ## the tables of README.md and bench/README.md from the kept results
	@cd bench && go run ./cmd/bench table
fmt: ## format every Go file
	@gofmt -w .
clean: ## remove what the scripts have built
	@rm -rf bin
