# Commands for people. All checks are in .ci/run.

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

COMMAND = build/function-seafarer-cluster
CLAIM = example/seafarer-cluster/claim.yaml

.PHONY: $(COMMAND)
$(COMMAND):
	@sh tools/compile

.PHONY: render
render: $(COMMAND) ## Show the resources of a claim: CLAIM=claim.yaml ARGS='-o tree'.
	@$(COMMAND) render $(CLAIM) $(ARGS)

.PHONY: graph
graph: $(COMMAND) ## Draw the resources of a claim: CLAIM=claim.yaml ARGS='-o svg'.
	@$(COMMAND) graph $(CLAIM) $(ARGS)

.PHONY: quick
quick: ## Build, vet, and test what changed: half a minute.
	@bash .ci/run quick

.PHONY: test
test: ## Every unit test, every example, every law with a few cases.
	go test ./...

.PHONY: ci
ci: ## What CI runs: a quarter of an hour.
	@bash .ci/run

.PHONY: verify
verify: ## All tests, with an emulator of AWS: hours.
	@bash .ci/run verify

.PHONY: iam
iam: ## Check all IAM policies against AWS's definitions. Needs Python.
	@bash .ci/run iam

.PHONY: checkov
checkov: ## Check the hardened example with checkov. Needs Python; installs for two minutes.
	@bash .ci/run checkov

.PHONY: lab-up
lab-up: ## Start a real control plane on this machine.
	cd test/lab && go run ./cmd/lab up --detach

.PHONY: lab-down
lab-down: ## Stop the control plane of lab-up.
	cd test/lab && go run ./cmd/lab down

.PHONY: e2e-aws
e2e-aws: ## Test the real provider-aws with an emulator of AWS. Builds it first, for half an hour.
	cd test/lab && go run ./cmd/lab build
	cd test/lab && go test -count=1 -timeout 60m -v -args -aws

CLI = build/crossplane

.PHONY: $(CLI)
$(CLI):
	CGO_ENABLED=0 go -C test/crossplane build -trimpath -ldflags='-s -w' -o ../../$(CLI) github.com/crossplane/cli/v2/cmd/crossplane

.PHONY: package
package: $(CLI) ## Build images, packages and command line tools in build/package: VERSION=v0.1.0.
	go -C tools/pack run ./cmd/pack build --version='$(VERSION)'

.PHONY: install-local
install-local: ## Install the built packages in the control plane of lab-up.
	cd test/lab && go run ./cmd/lab install

.PHONY: push
push: $(CLI) ## Push the built packages: REGISTRY=host/organization VERSION=v0.1.0.
	go -C tools/pack run ./cmd/pack push $(REGISTRY) $(VERSION)
