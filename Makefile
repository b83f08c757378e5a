# Every target that a person calls carries a ## comment; `make` prints them.

VERSION ?= $(or $(patsubst v%,%,$(shell git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null)),0.1.0-dev)
PREFIX  ?= $(HOME)
DESTDIR ?=
FUZZTIME ?= 20s
TIMEOUT ?= 8m
STEPS   ?= 1000000
SEED    ?= 1
DURATION ?= 10m
PKGS    ?= ./...

# A static binary without the paths of the machine that built it: the same sources give the same bytes.
GO      ?= go
GOBUILD := CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -ldflags '-s -w -buildid= -X unitd/internal/version.Version=$(VERSION)'
LINT    := $(GO) tool -modfile=tools/go.mod golangci-lint

.DEFAULT_GOAL := help
.PHONY: help build demo run test sim chaos inject check lint bench bench-pool fuzz dist install clean
MAKEFLAGS += --no-print-directory

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## build the static programs bin/unitd and bin/unitctl
	@$(GOBUILD) -o bin/ ./cmd/unitd ./cmd/unitctl
	@echo "built bin/unitd and bin/unitctl $(VERSION)"

demo: build ## boot examples/demo as an ordinary user and tell what happens (under a minute)
	@$(GOBUILD) -o bin/demo/ ./examples/demo/app ./examples/demo/driver
	@bin/demo/driver

run: build ## boot examples/demo and keep it up until Ctrl-C
	@$(GOBUILD) -o bin/demo/ ./examples/demo/app ./examples/demo/driver
	@bin/demo/driver --keep

test: ## run every test; as root it installs first what the tests need
	@sh test/prepare.sh
	@GO='$(GO)' TIMEOUT=$(TIMEOUT) sh test/run.sh $(PKGS)

sim: ## simulate STEPS events (1000000), without and with deaths of the manager, from seed SEED (1) on
	@$(GO) test -count=1 -timeout 2h -v -run '^TestSimulation' ./runtime/engine -sim.steps=$(STEPS) -sim.from=$(SEED)

chaos: ## kill unitd, its helpers, inits and programs for DURATION (10m), with re-execs and upgrades between
	@$(GO) test -count=1 -timeout 5h -v -run '^TestChaos$$' ./test/chaos -chaos.for=$(DURATION)

inject: ## kill unitd before each step of a start, stop, restart, reload, scaling, rotation, re-exec and take-over (two hours)
	@$(GO) test -count=1 -timeout 5h -v -run '^TestKilledBetweenAnyTwoSteps$$' ./test/chaos -chaos.every=1

check: lint test ## lint, then every test under the race detector

lint: ## report what the linters find
	@$(LINT) run $(PKGS)

bench: build ## print the figures of speed and memory
	@$(GO) build -buildvcs=false -o bin/bench ./test/bench
	@bin/bench

bench-pool: build ## compare a pool with gunicorn on FastAPI (a quarter of an hour or more)
	@$(GO) build -buildvcs=false -o bin/bench ./test/bench
	@bin/bench -pool

fuzz: ## run each fuzz target for FUZZTIME (20s)
	@sh test/fuzz.sh $(FUZZTIME)

dist: ## make reproducible amd64 and arm64 archives with checksums in dist/
	@VERSION=$(VERSION) GOBUILD="$(subst ",\",$(GOBUILD))" sh test/dist.sh

install: build ## install programs and man pages into DESTDIR/PREFIX/bin and share/man (PREFIX: home)
	@install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/man/man1' '$(DESTDIR)$(PREFIX)/share/man/man5'
	@install -m 0755 bin/unitd bin/unitctl '$(DESTDIR)$(PREFIX)/bin/'
	@install -m 0644 docs/man/*.1 '$(DESTDIR)$(PREFIX)/share/man/man1/'
	@install -m 0644 docs/man/*.5 '$(DESTDIR)$(PREFIX)/share/man/man5/'
	@echo "installed unitd and unitctl in $(DESTDIR)$(PREFIX)/bin, their man pages in $(DESTDIR)$(PREFIX)/share/man"

clean: ## remove what was built
	@rm -rf bin dist
