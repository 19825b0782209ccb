#!/usr/bin/env bash
# CPU time of `cargo check` for the workflows of `tests/corpus`: their steps alone, and with every `workflow!`.
# Only the rustc that checks the crate itself is timed (user + sys, not incremental), with its dependencies built before.
# usage: compile/corpus.sh [ROUNDS]     (5 without; the best counts)
set -euo pipefail
cd "$(dirname "$0")"

rounds=${1:-5}
root=$(cd ../.. && pwd)
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
crates=$target/corpus-bench

# A module up to its workflow; what follows are tests. $1: whether the workflow is kept.
stripped() {
    awk -v keep="$1" '
        /^use crate::(common|drawn|\{)/ { next }
        /^workflow! / { inside = 1 }
        !inside || keep
        inside && /^}/ { exit }
    ' "$2"
}

# $1: the crate's name, $2: whether its workflows are kept.
write() {
    mkdir -p "$crates/$1/src"
    cat >"$crates/$1/Cargo.toml" <<END
[package]
name = "$1"
version = "0.0.0"
edition = "2024"

[dependencies]
loomflow.path = "$root"
serde = { version = "1", features = ["derive", "rc"] }
thiserror = "2"
tokio = { version = "1", features = ["rt", "time"] }
END
    {
        echo '#![allow(unused, private_interfaces)]'
        echo '#[derive(Debug, PartialEq, thiserror::Error)] #[error("{0}")] struct Trouble(&'"'"'static str);'
        for module in "$root"/tests/corpus/*.rs; do
            name=$(basename "$module" .rs)
            [ "$name" = main ] && continue
            stripped "$2" "$module" >"$crates/$1/src/$name.rs"
            echo "pub mod $name;"
        done
    } >"$crates/$1/src/lib.rs"
}

write steps ""
write flows 1
printf '[workspace]\nmembers = ["steps", "flows"]\nresolver = "3"\n' >"$crates/Cargo.toml"

export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$crates/target RUSTC_WORKSPACE_WRAPPER=$PWD/time-rustc.sh
export TIMED="" TIMES=$crates/times.raw
cd "$crates"
cargo check --quiet --workspace

: >times
for ((round = 0; round < rounds; round++)); do
    for form in steps flows; do
        touch "$form/src/lib.rs"
        : >"$TIMES"
        TIMED=$form cargo check --quiet --package "$form"
        echo "$form $(cat "$TIMES")" >>times
    done
done

awk -v flows="$(grep -lw 'workflow!' flows/src/*.rs | wc -l)" -v rounds="$rounds" '
    { cpu = $2 + $3; if (!($1 in best) || cpu < best[$1]) best[$1] = cpu }
    END {
        more = best["flows"] - best["steps"]
        printf "CPU seconds of `cargo check` (best of %d): steps alone %.2f, with %d workflows %.2f, more %.2f\n", rounds, best["steps"], flows, best["flows"], more
        printf "At most 2 s more: %s.\n", more <= 2 ? "held" : "not held"
    }' times
