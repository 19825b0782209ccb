#!/usr/bin/env bash
# Crates that use loomflow as its users do, from outside of the workspace: each is linted, built and tested.
set -euo pipefail
cd "$(dirname "$0")/outside"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/../../target}"

for crate in bare models renamed strict traces; do
    cargo clippy --manifest-path "$crate/Cargo.toml" --all-targets -- -D warnings
    cargo test --manifest-path "$crate/Cargo.toml"
done
