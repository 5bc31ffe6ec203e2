# What people run by hand. What must hold is in test/run.

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show what there is to make.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: test
test: ## Everything that must hold.
	bash test/run

.PHONY: lab-up
lab-up: ## A real control plane on this machine, left running.
	cd test/lab && go run ./cmd/lab up --detach

.PHONY: lab-down
lab-down: ## End the control plane that lab-up left running.
	cd test/lab && go run ./cmd/lab down
