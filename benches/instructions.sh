#!/usr/bin/env bash
# Instructions a step, counted by callgrind: free of the noise that times are full of.
# usage: ./instructions.sh [ROW...]     (without rows: hand loomflow; `engine --list` names them)
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v valgrind >/dev/null; then
    echo "instructions.sh needs valgrind, which is not installed" >&2
    exit 1
fi

cargo build --release --quiet --bin engine
engine=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/engine

rows=("$@")
[ $# -gt 0 ] || rows=(hand loomflow)
known=" $("$engine" --list | sed -n 's/^rows: //p') "
for row in "${rows[@]}"; do
    [[ $known == *" $row "* ]] || { echo "instructions.sh: no row $row; there are$known" >&2; exit 1; }
done

# Instructions that one process executes: its start, its workflows, and so many runs.
total() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$engine" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# The difference of two totals leaves nothing but the runs.
a_step() {
    local name=$1 runs=$2 steps=$3 few many
    few=$(total "$name" "$runs") || return
    many=$(total "$name" $((runs * 3))) || return
    echo $(((many - few) / (runs * 2 * steps)))
}

echo "Instructions a step"
echo
echo "| | chain of 10 | chain of 10, 256 bytes | loop of 100 |"
echo "| --- | ---: | ---: | ---: |"
for row in "${rows[@]}"; do
    chain=$(a_step "$row-chain" 1000 10)
    wide=$(a_step "$row-chain-256" 1000 10)
    loop=$(a_step "$row-loop-100" 100 100)
    echo "| $row | $chain | $wide | $loop |"
done
