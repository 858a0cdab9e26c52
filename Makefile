# The vocabulary of the project; "make" alone prints it.

BIN := bin/signaling

# Settings that may be given on the command line, as in: make run ARGS='-addr :9000'
ARGS     ?=
FUZZTIME ?= 30s
DURATION ?= 10m
SUITES   ?= go portable fuzz clients otherclients options compat browser room
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

export FUZZTIME

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# What the server is compiled for, as GOOS/GOARCH.
PLATFORMS := linux/amd64 linux/arm64 linux/arm linux/386 linux/riscv64 linux/s390x darwin/arm64 darwin/amd64 windows/amd64 freebsd/amd64

# The browser's half: files of the package that the lock file in $(NPM) pins,
# compressed. One of them stands for all, which are written together.
NPM    := internal/web/npm
DIST   := internal/web/dist
BUNDLE := $(DIST)/socket.io.js.gz

# The npm packages of all tests.
PACKAGES := test/node_modules/.installed

# One line for a missing program: $(call need,PROGRAM,WHAT TO DO)
need     = @command -v $(1) >/dev/null || { echo "$(1) is missing: $(2)" >&2; exit 1; }
need_go  = $(call need,go,install Go 1.25 or later)
need_npm = $(call need,npm,install Node.js 20 or later with npm; without it 'go build' makes a server that lacks the browser client)

# In order, even under -j: the first prerequisites install what the next ones use.
.NOTPARALLEL:
.PHONY: help run build bundle test storm proxy soak compat lint cross bench fuzz readme clean test-programs

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: build ## build everything and run it (ARGS='-addr :9000 ...')
	./$(BIN) $(ARGS)

build: bundle ## one static binary, bin/signaling
	$(need_go)
	CGO_ENABLED=0 go build -trimpath -buildvcs=false \
		-ldflags '-s -w -X signaling/internal/config.version=$(VERSION)' -o $(BIN) .

bundle: $(BUNDLE) ## fetch and compress the official browser client, to be embedded

$(BUNDLE): $(NPM)/node_modules/.installed internal/web/pack/main.go
	$(need_go)
	go run ./internal/web/pack -from $(NPM)/node_modules/socket.io-client/dist -to $(DIST)

# A folder's npm packages, as its lock file pins them.
%/node_modules/.installed: %/package-lock.json
	$(need_npm)
	cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

test: test-programs build $(PACKAGES) ## all tests, then their count (SUITES='go clients' for some)
	$(need_go)
	@go run ./test/suites $(SUITES)

test-programs:
	@test/install.sh

storm: build $(PACKAGES) ## kill the server under 2,000 clients; all must come back
	@cd test && npm run --silent storm

proxy: build ## test the server behind nginx and Caddy, with the settings in docs
	@test/install.sh nginx caddy
	go test -tags proxy -count=1 ./test/conformance/proxy

compat: build $(PACKAGES) ## compare with a Node server, event by event
	@cd test && npm run --silent compat:everything

lint: ## gofmt, go vet, staticcheck, go mod tidy
	$(need_go)
	@files=$$(find . -name node_modules -prune -o -name '*.go' -exec gofmt -l {} +); \
		test -z "$$files" || { echo "not as gofmt writes it: $$files" >&2; exit 1; }
	go vet ./... && go vet -tags proxy ./test/conformance/proxy
	go run $(STATICCHECK) ./...
	go mod tidy -diff
	cd test/clients/other/goclient && go vet . && go run $(STATICCHECK) . && go mod tidy -diff

cross: ## compile for every system and processor that is supported
	$(need_go)
	@for platform in $(PLATFORMS); do \
		echo "compiling for $$platform"; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go build . ./handlers ./internal/... || exit 1; \
	done

bench: build $(PACKAGES) ## compare the cost with Node's and others (ARGS=-quick)
	@go run ./test/bench $(ARGS)

fuzz: ## each fuzz target for FUZZTIME=30s, two at a time
	$(need_go)
	@go run ./test/suites/fuzz $(ARGS)

soak: build $(PACKAGES) ## keep a server busy for DURATION=10m and look for what leaks
	$(need_go)
	@go run ./test/bench/soak -duration $(DURATION)

readme: ## write the configuration table into README.md
	$(need_go)
	go run ./internal/config/table

clean: ## remove all that the other targets made
	rm -rf bin $(DIST)/socket.io.*
	find . \( -name node_modules -o -path "./test/*/artifacts" \) -prune -exec rm -rf {} +
