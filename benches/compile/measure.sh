#!/usr/bin/env bash
# CPU time of `cargo check` for a crate of 100, 200 and 400 steps: plain functions, `#[step]` on them, and `workflow!`.
# Only the rustc that checks the crate itself is timed (user + sys, not incremental), with its dependencies built before.
# usage: compile/measure.sh [ROUNDS]     (5 without; the best counts)
set -euo pipefail
cd "$(dirname "$0")"

rounds=${1:-5}
sizes=(100 200 400)
forms=(plain step flow)
root=$(cd ../.. && pwd)
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
crates=$target/compile-bench
times=$crates/times

cargo run --release --quiet --package gen-crate -- "$crates" "$root" "${sizes[@]}"

export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$crates/target RUSTC_WORKSPACE_WRAPPER=$PWD/time-rustc.sh
export TIMED="" TIMES=$times.raw
cd "$crates"
cargo check --quiet --workspace

: >"$times"
for ((round = 0; round < rounds; round++)); do
    for size in "${sizes[@]}"; do
        for form in "${forms[@]}"; do
            touch "$form$size/src/lib.rs"
            : >"$TIMES"
            TIMED=$form$size cargo check --quiet --package "$form$size"
            echo "$form $size $(cat "$TIMES")" >>"$times"
        done
    done
done

awk -v sizes="${sizes[*]}" -v rounds="$rounds" '
    { cpu = $3 + $4; if (!(($1, $2) in best) || cpu < best[$1, $2]) best[$1, $2] = cpu }
    END {
        n = split(sizes, size, " ")
        print "CPU seconds of `cargo check` for the crate alone (best of " rounds ")\n"
        print "| nodes | plain functions | with `#[step]` | with `#[step]` and `workflow!` | more than plain | ms a node |"
        print "| ---: | ---: | ---: | ---: | ---: | ---: |"
        for (i = 1; i <= n; i++) {
            s = size[i]
            more[i] = best["flow", s] - best["plain", s]
            printf "| %d | %.2f | %.2f | %.2f | %.2f | %.2f |\n", s, best["plain", s], best["step", s], best["flow", s], more[i], more[i] * 1000 / s
        }
        if (more[1] > 0)
            printf "\nFrom %d to %d nodes what is more grows ×%.1f; linear is ×%.1f.\n", size[1], size[n], more[n] / more[1], size[n] / size[1]
        printf "At most 1 s more at %d nodes: %s.\n", size[1], more[1] <= 1 ? "held" : "not held"
    }' "$times"
