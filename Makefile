# Every target with a `##` shows in `make help`, in this order.
.DEFAULT_GOAL := help
.PHONY: help demo doctor test fmt fmt-check lint generate check deny doc unit tidy clean

# Warnings are errors for whoever checks, and stay warnings for whoever is in the middle of something.
STRICT_DOC := RUSTDOCFLAGS="-D warnings"

help: ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: ## watch a job survive cut connections, a killed client and a killed runtime
	cargo run --locked -q -p arcp-runtime -- demo

doctor: ## what this machine lacks, with the lines that install it
	@.ci/doctor

# That what is generated is fresh is a test too (`codegen --check` in codegen/tests/press.rs): asking cargo for the command alone
# would build half of the dependencies a second time, with other features.
test: doctor fmt-check lint unit doc deny ## run everything
	@echo "everything passed"

generate: ## print arcp-generated/ from schema/
	cargo run --locked --quiet --bin codegen

check: ## is what is generated fresh
	cargo run --locked --quiet --bin codegen -- --check

# Python's environment and npm's modules are set up by the tests that need them, once, in target/tools.
# Most of the long tests wait for the clock or for another program: two cores have time for four of them.
unit: ## tests and documentation tests only
	RUST_TEST_THREADS=$$(( 2 * $$(getconf _NPROCESSORS_ONLN) )) cargo test --workspace --all-features --locked

tidy: ## the rules of ARCHITECTURE.md only
	cargo test --locked --package arcp-tests --test tidy

lint: ## clippy, warnings are errors
	cargo clippy --workspace --all-targets --all-features --locked -- -D warnings
	cargo clippy --package arcp-runtime --lib --no-default-features --locked -- -D warnings

doc: ## the documentation of all crates, warnings are errors
	$(STRICT_DOC) cargo doc --workspace --all-features --no-deps --document-private-items --locked

deny: ## licences, second versions and sources of dependencies
	@if cargo deny --version >/dev/null 2>&1; then \
		cargo deny --locked check bans licenses sources; \
	else \
		echo "deny: second versions of dependencies were NOT checked, because cargo-deny is not installed: cargo install --locked cargo-deny"; \
		echo "deny: their licences and sources were checked all the same, by tests/tidy"; \
	fi

fmt: ## format all Rust
	cargo fmt --all

fmt-check: ## is all Rust formatted
	cargo fmt --all --check

clean: ## remove what was built and installed
	cargo clean
