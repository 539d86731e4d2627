# The project in a few words; `make help` lists them. Every step of CI is one of these.
.DEFAULT_GOAL := help
.PHONY: release trypackage check build demo test soak race bench fuzz lint fmt golden help

check: ## everything that must hold before a change lands; installs what the tests need
	@scripts/check

build: ## the release binary, bin/supportledger, with its version (VERSION=1.4.0 where there is no git)
	@scripts/build $(ARGS)

release: ## all that is released, into dist/: archives, .deb, SBOM, checksums (TARGETS="linux/amd64" for a part)
	@scripts/release

trypackage: ## install the .deb into a clean root as root, do the main job there, upgrade, purge (minutes)
	@TARGETS="linux/$$(go env GOARCH)" VERSION=0.0.1 scripts/release >/dev/null && mv dist/*.deb /tmp/supportledger-old.deb
	@TARGETS="linux/$$(go env GOARCH)" scripts/release >/dev/null && scripts/trypackage /tmp/supportledger-old.deb dist/*.deb

demo: ## fresh books, the worked story played through the REST API, then serves (ARGS="--no-serve" ends there)
	@echo "building supportledger (the first time takes a minute or two)"
	@go run ./cmd/supportledger demo $(ARGS)

test: ## the whole suite on SQLite and PostgreSQL (ARGS="-run TestLots ./ledger" for a part)
	@scripts/setup
	@go test $(or $(ARGS),./...)

soak: ## the races and random lives for as long as they promise (SOAK=1); takes an hour or more
	@scripts/setup
	@SOAK=1 RACES=1 go test -count=1 -timeout 3h $(or $(ARGS),./...)

race: ## what many do at once, under the race detector (needs a C compiler; its first build takes minutes)
	@scripts/setup
	@go test -race -count=1 -timeout 30m -run 'Many|Once|Crowd|Concurrent|Batches|Collected|Revoked|NoAnswer|Hurts|Queue|Rate|Run' \
		$(or $(ARGS),./store/... ./access ./ledger ./beneficiaries ./disbursements ./http ./http/rest ./http/groupcommit)

bench: ## load the program over HTTP beside the raw limit, on both engines; 20 minutes at most (ARGS="-large 0 -rounds 1" for two)
	@scripts/setup
	@go run ./loadtest $(ARGS)

fuzz: ## made-up input for everything that reads from outside, 30 s each (ARGS=ParseDate for one)
	@scripts/fuzz $(ARGS)

lint: ## golangci-lint, at the version that tools/go.mod pins
	@scripts/check lint

fmt: ## gofmt, in place
	@gofmt -l -w .

golden: ## rewrite the expected files of the tests and the picture in the README; then read the diff
	@scripts/golden

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
