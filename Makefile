# SPDX-License-Identifier: Apache-2.0
# The face of the project; tools/dev has the finer commands.
.DEFAULT_GOAL := build
.PHONY: build run test fuzz bench bench-quick bench-build bench-peers help install clean
PREFIX ?= /usr/local
MINUTES ?= 4
JOBS ?= $(shell nproc)

build: ## build the optimised program and library: build/release/zhan
	@tools/setup build test
	@tools/dev build release -j $(JOBS) --target zhan --target libzhan --target libzhan-static

run: build ## build, then run a first WebAssembly program
	build/release/zhan run examples/hello.wat

test: ## build and run all tests
	@tools/setup build test
	@tools/dev test release -j $(JOBS)

fuzz: ## run all fuzz targets for MINUTES (4), two at a time
	@tools/setup build lint
	@tools/dev fuzz --minutes $(MINUTES)

bench: bench-build ## measure beside every peer: build/bench-report/index.html (40 minutes)
	bench/zhan-bench --budget 2400 --json build/bench.json --html build/bench-report

bench-quick: bench-build ## the short form of that, in 5 minutes, fetching the peers included
	bench/zhan-bench --quick --json build/bench-quick.json --html build/bench-report

bench-build:
	@tools/setup build test bench
	@tools/dev build release -j $(JOBS) --target zhan
	@tools/dev build release -j $(JOBS) --target zhan-micro || echo "no small measures"

bench-peers: ## fetch the peers and programs of bench through their package clients
	bench/zhan-bench peers

install: build ## install program, library, headers and man page under PREFIX
	cmake --install build/release --prefix $(PREFIX)

clean: ## remove everything that was built
	rm -rf build

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
	@tools/dev --help | tail -n +2
