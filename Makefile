# Every target with a `##` shows in `make help`.
.DEFAULT_GOAL := help
.PHONY: help test generate check fmt

# What the press prints today.
TARGETS := typescript python docs vectors bundle registry

help: ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

test: check ## run everything
	cargo test --workspace --locked

generate: ## print arcp-generated/ from schema/
	for target in $(TARGETS); do cargo run --locked -q -p codegen -- --only $$target || exit 1; done

check: ## is what is generated fresh
	for target in $(TARGETS); do cargo run --locked -q -p codegen -- --check --only $$target || exit 1; done

fmt: ## format all Rust
	cargo fmt --all
