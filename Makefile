# SPDX-License-Identifier: Apache-2.0
# The face of the project; tools/dev has the finer commands.
.DEFAULT_GOAL := build
.PHONY: build run test help install clean
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)

build: ## build the optimised program: build/release/zhan
	@tools/setup build test
	@tools/dev build release -j $(JOBS)

run: build ## build, then run a first WebAssembly program
	build/release/zhan run examples/hello.wat

test: ## build and run all tests
	@tools/setup build test
	@tools/dev test release -j $(JOBS)

install: build ## install program, library, headers and man page under PREFIX
	cmake --install build/release --prefix $(PREFIX)

clean: ## remove everything that was built
	rm -rf build

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@tools/dev --help | tail -n +2
