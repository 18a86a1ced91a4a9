#!/usr/bin/env bash
# Makes one set of records of the results of all shards: the same bytes as one machine without shards.
#
# usage: shards-merge.sh OUT
#   e.g. BIN=target/release scripts/shards-merge.sh build/big
#
# Writes assignments.jsonl.zst, pairs.jsonl.zst, examples.jsonl.zst and the rejects of every stage into OUT, with
# the names that make corpus uses, and accounts.jsonl: a line for each shard. From the environment: BIN,
# MERGE_FLAGS, SAMPLE_FLAGS, JOBS (0: one a core). Refuses while results are missing.
set -euo pipefail
if [ $# != 1 ]; then sed -n '2,/^set/{/^set/!s/^# \?//p}' "$0" >&2; exit 2; fi
say() { echo "shards-merge.sh: $*" >&2; }
here=$(realpath "$(dirname "$0")") bin=$(realpath "$BIN") jobs=${JOBS:-0}
cd "$1"
missing=$("$here/shard.sh" --missing)
if [ -n "$missing" ]; then
  say "$(wc -w <<< "$missing") shards have no result, the first is $(head -1 <<< "$missing"): run them, or remove them from $PWD/shards"
  exit 2
fi
part=$(mktemp -d .merge.XXXXXX)
trap 'rm -rf "$part"' EXIT
results() { printf '%s\0' results/*.tar; } # a glob of a builtin has no limit on its length
# Of every result the file $1, in the order of the shards. Concatenated zstd is zstd.
gather() { results | xargs -0 -n1 tar --extract --to-stdout "./$1" --file; }
for name in assignments.jsonl.zst {scripts,instrumented,assignments}.rejects.jsonl; do gather "$name" > "$part/$name"; done
gather account.json > "$part/accounts.jsonl"
say "$(results | tr -cd '\0' | wc -c) shards, $(jq -s 'map(.notebooks) | add' "$part/accounts.jsonl") notebooks, $(jq -s 'map(.wall_seconds) | add / 3600 | . * 100 | round / 100' "$part/accounts.jsonl") hours of one slot"
partial() { # RESULT PART
  # shellcheck disable=SC2086 # the flags are words
  tar --extract --to-stdout ./assignments.jsonl.zst --file "$1" |
    "$bin/assign-merge" -q -j1 --partial ${MERGE_FLAGS-} -o "$2/$(basename "$1" .tar).partial.jsonl.zst"
}
export -f partial
export bin MERGE_FLAGS
# shellcheck disable=SC2016 # expanded by the other bash
results | xargs -0 -n1 -P "$([ "$jobs" = 0 ] && nproc || echo "$jobs")" bash -euo pipefail -c 'partial "$2" "$1"' partial "$part"
# shellcheck disable=SC2086
printf '%s\0' "$part"/*.partial.jsonl.zst | xargs -0 cat |
  "$bin/assign-merge" --final -j "$jobs" ${MERGE_FLAGS-} -o "$part/pairs.jsonl.zst"
# shellcheck disable=SC2086
"$bin/negsample" "$part/pairs.jsonl.zst" -j "$jobs" --rejects "$part/examples.rejects.jsonl" ${SAMPLE_FLAGS-} -o "$part/examples.jsonl.zst"
rm "$part"/*.partial.jsonl.zst
mv "$part"/* .
say "done: $PWD/pairs.jsonl.zst, $PWD/examples.jsonl.zst"
