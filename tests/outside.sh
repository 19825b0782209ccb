#!/usr/bin/env bash
# Crates that use loomflow as its users do, from outside of the workspace: each is linted, built and tested.
set -euo pipefail
cd "$(dirname "$0")/outside"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/../../target}"

for crate in bare models renamed strict traces; do
    cargo clippy --manifest-path "$crate/Cargo.toml" --all-targets -- -D warnings
    cargo test --manifest-path "$crate/Cargo.toml"
done

# On the page of a workflow stands its graph: as an image with the feature `svg`, else as Mermaid.
for page in "strict svg <svg" "bare mermaid flowchart"; do
    read -r crate kind begins <<<"$page"
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --manifest-path "$crate/Cargo.toml"
    for workflow in $(grep -rlE 'id="graph"' "$CARGO_TARGET_DIR/doc/$crate" --include='struct.*.html'); do
        grep -q "$begins" "$workflow" || { echo "$workflow has no graph as $kind"; exit 1; }
        found=$((${found:-0} + 1))
    done
done
[ "${found:-0}" -gt 2 ] || { echo "too few workflows have a page"; exit 1; }
