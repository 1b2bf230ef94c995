# Every target may be run twice, as root or as a user with sudo. The work is in scripts/ and demo/.
SHELL := /bin/bash
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
.DEFAULT_GOAL := help
.PHONY: help setup release dev test demo demo-down bench fuzz soak lint format hooks asan tsan install deb clean
.NOTPARALLEL:

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the Debian packages that building, testing and running need
	@scripts/setup.sh

release: setup ## the optimised binary: build/release/rumbo
	@scripts/build.sh release rumbo

dev: setup ## the debug build with all tests: build/dev
	@scripts/build.sh dev

test: dev ## build and run the tests; LABEL=unit|sim|podman|conformance|fuzz runs one kind
	@scripts/real_root.sh scripts/test.sh dev $(LABEL)

demo: release ## the story on real parts: Git server, registry, Podman; needs root (sudo)
	@scripts/real_root.sh demo/demo.sh

demo-down: ## stop and remove everything the demo made
	@scripts/real_root.sh demo/down.sh

bench: setup release ## benchmarks, and the same update by podman play kube and podman-compose
	@scripts/setup.sh bench && scripts/real_root.sh scripts/bench.sh

fuzz: setup ## run every fuzz target for SECONDS_EACH seconds (20)
	@scripts/setup.sh lint && scripts/fuzz.sh

soak: setup ## sanitizer builds, long fuzzing and the demo again and again: hours
	@scripts/setup.sh lint && scripts/real_root.sh scripts/soak.sh

lint: setup ## formatting of all files, clang-tidy of those changed since main
	@scripts/setup.sh lint && scripts/lint.sh

format: ## format all C++ files in place
	@scripts/setup.sh lint && git ls-files '*.cc' '*.h' | xargs clang-format-16 -i

asan: setup ## the tests with address and undefined-behaviour sanitizers
	@scripts/build.sh asan && scripts/real_root.sh scripts/test.sh asan $(LABEL)

tsan: setup ## the tests with the thread sanitizer
	@scripts/build.sh tsan && scripts/real_root.sh scripts/test.sh tsan $(LABEL)

hooks: ## let git refuse commits with unformatted files in this clone
	@git config core.hooksPath scripts/hooks && echo 'hooks: scripts/hooks/pre-commit is on'

install: release ## binary, manual, completion and unit (PREFIX=/usr/local, DESTDIR honoured)
	@DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) scripts/install.sh

deb: release ## a Debian package: build/rumbo_*.deb
	@scripts/setup.sh package && scripts/deb.sh

clean: ## remove everything that was built
	rm -rf build
