# Every target with a `##` shows in `make help`.
.DEFAULT_GOAL := help
.PHONY: help demo test generate check fmt

help: ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: ## watch a job survive cut connections, a killed client and a killed runtime
	cargo run --locked -q -p arcp-runtime -- demo

test: check ## run everything
	cargo test --workspace --locked

generate: ## print arcp-generated/ from schema/
	cargo run --locked -q -p codegen

check: ## is what is generated fresh
	cargo run --locked -q -p codegen -- --check

fmt: ## format all Rust
	cargo fmt --all
