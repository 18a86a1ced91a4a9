#!/usr/bin/env bash
# Hashes every stream of every program over a folder, to see whether a change of structure changed a byte.
# usage: scripts/hashes.sh FOLDER BIN PYTHON OUT [RECORDED]
#   FOLDER    notebooks and scripts; each first-level folder is a repository
#   OUT       gets the streams themselves and hashes.tsv: stage, records, BLAKE2 of the stream without times and peaks
#   RECORDED  the OUT of another run: its executions are read and nothing is executed, so that later stages of two
#             versions are compared on one recording
# LEARN=0 leaves out what learns or scores: sums of floating-point numbers differ between kinds of processors.
# EXECUTE=0 leaves out the executions, and what reads them unless RECORDED is given.
set -euo pipefail
export LC_ALL=C
[ $# -ge 4 ] || { sed -n '2,/^set/{/^#/p}' "$0" >&2; exit 2; }
folder=$1 bin=$2 python=$3 out=$4 recorded=${5:-}
mkdir -p "$out"
: > "$out/hashes.tsv"
# A summary of a run: what differs from run to run, or from host to host, is not compared.
settled='if .schema == "run/1" then (.wall_seconds, .cpu_seconds, .peak_bytes) = 0 | .memory_limit = "" else . end'

record() { # STAGE FILE   the hash of a file, packed or not
  local read=cat
  case $2 in *.zst) read='zstd -dcq' ;; esac
  printf '%s\t%s\t%s\n' "$1" "$($read "$2" | wc -l)" "$($read "$2" | b2sum -l 128 | cut -c 1-32)" | tee -a "$out/hashes.tsv"
}
run() { # STAGE FILE COMMAND…   stdin to FILE through COMMAND
  local stage=$1 file=$out/$2
  shift 2
  case $file in *.zst) "$@" | zstd -qf -o "$file" ;; *) "$@" > "$file" ;; esac
  record "$stage" "$file"
}
rejects() { record "$1 --rejects" "$out/$2"; }

# --- Nothing is executed
run nb2py scripts.jsonl.zst "$bin/nb2py" -q --root "$folder" --rejects "$out/scripts.rejects" "$folder"
rejects nb2py scripts.rejects
for hooks in default all; do
  run "nbinstrument --hooks $hooks" "instrumented.$hooks.jsonl.zst" \
    "$bin/nbinstrument" -q --hooks "$hooks" --rejects "$out/instrumented.$hooks.rejects" "$out/scripts.jsonl.zst"
  rejects "nbinstrument --hooks $hooks" "instrumented.$hooks.rejects"
done
run "nbinstrument --preset nalin" instrumented.nalin.jsonl.zst "$bin/nbinstrument" -q --preset nalin --rejects /dev/null "$out/scripts.jsonl.zst"
run nbliterals literals.jsonl.zst "$bin/nbliterals" -q --rejects /dev/null "$out/scripts.jsonl.zst"
run "nbliterals --types" types.jsonl.zst "$bin/nbliterals" -q --types --rejects /dev/null "$out/scripts.jsonl.zst"
run nbcrashes crashes.jsonl.zst "$bin/nbcrashes" -q --root "$folder" --rejects "$out/crashes.rejects" --imports "$out/imports.csv" "$folder"
rejects nbcrashes crashes.rejects
record "nbcrashes --imports" "$out/imports.csv"
run "nbcrashes --predict" predicted.jsonl.zst "$bin/nbcrashes" -q --predict --root "$folder" --rejects /dev/null "$folder"

# --- What is executed, or was
if [ -n "$recorded" ]; then
  cp "$recorded/executed.jsonl.zst" "$recorded/traced.jsonl.zst" "$out"
elif [ "${EXECUTE:-1}" = 1 ]; then
  execute() { "$bin/nbexec" -q --root "$folder" --python "$python" "$@" | jq -c "$settled"; }
  run nbexec executed.jsonl.zst execute "$out/instrumented.default.jsonl.zst"
  # Programs alone: a line of a notebook may call a million lines of a library.
  zstd -dcq "$out/scripts.jsonl.zst" | jq -c 'select(.path | endswith(".py"))' > "$out/programs.jsonl"
  run "nbexec --trace" traced.jsonl.zst execute --trace "$out/programs.jsonl"
fi
executed=()
[ ! -e "$out/executed.jsonl.zst" ] || executed=("$out/executed.jsonl.zst")

# --- Crashes: stored in the notebooks, made when they were executed, and made on purpose
for file in "${executed[@]}" "$folder/crashes/made.jsonl"; do
  [ ! -e "$file" ] || "$bin/nbcrashes" -q "$file"
done | zstd -qf -o "$out/crashed.jsonl.zst"
record "nbcrashes, executed" "$out/crashed.jsonl.zst"
run crash-filter filtered.jsonl.zst "$bin/crash-filter" -q --funnel "$out/funnel.csv" "$out/crashes.jsonl.zst" "$out/crashed.jsonl.zst"
record "crash-filter --funnel" "$out/funnel.csv"
run crash-norm normal.jsonl.zst "$bin/crash-norm" -q "$out/filtered.jsonl.zst"
run crash-cluster clustered.jsonl.zst "$bin/crash-cluster" -q --clusters "$out/clusters.jsonl" "$out/normal.jsonl.zst"
record "crash-cluster --clusters" "$out/clusters.jsonl"
run crash-sample sampled.jsonl.zst "$bin/crash-sample" -q "$out/clustered.jsonl.zst"
run crash-label labelled.jsonl.zst "$bin/crash-label" -q "$out/clustered.jsonl.zst"
run crash-stats factors.jsonl "$bin/crash-stats" -q --factors "$out/imports.csv" "$out/labelled.jsonl.zst"
"$bin/crash-report" -q "$out/labelled.jsonl.zst" --clusters "$out/clusters.jsonl" --csv "$out/crashes.csv" --output "$out/crashes.html"
record "crash-report --csv" "$out/crashes.csv"
record crash-report "$out/crashes.html"

[ ${#executed[@]} = 1 ] || exit 0
zstd -dcq "$out/traced.jsonl.zst" | jq -c 'select(.schema == "trace/1")' > "$out/traces.jsonl"

# --- Names and values
run assign-merge pairs.jsonl.zst "$bin/assign-merge" -q "$out/executed.jsonl.zst" "$out/literals.jsonl.zst"
run negsample examples.jsonl.zst "$bin/negsample" -q --rejects "$out/examples.rejects" "$out/pairs.jsonl.zst"
rejects negsample examples.rejects
run "negsample --split by-row" by-row.jsonl.zst "$bin/negsample" -q --split by-row --rejects /dev/null "$out/pairs.jsonl.zst"
run "negsample --fold" fold.jsonl.zst "$bin/negsample" -q --fold 2/5 --rejects /dev/null "$out/pairs.jsonl.zst"

# --- Traces
run trace-text text.jsonl.zst "$bin/trace-text" -q --jsonl "$out/traces.jsonl"
run trace-tasks tasks.jsonl.zst "$bin/trace-tasks" -q "$out/traces.jsonl"
run trace-dedup deduplicated.jsonl.zst "$bin/trace-dedup" -q "$out/traces.jsonl"
run trace-check checked.jsonl.zst "$bin/trace-check" -q "$out/traces.jsonl"
run trace-stats stats.jsonl "$bin/trace-stats" -q --format jsonl "$out/traces.jsonl"
run trace-pack packed "$bin/trace-pack" -q "$out/traces.jsonl"
run trace-cat unpacked.jsonl.zst "$bin/trace-cat" -q "$out/packed"

# --- What learns or scores
[ "${LEARN:-1}" = 1 ] || exit 0
for format in jsonl text json sarif github gitlab rdjsonl csv html; do
  run "nalin-score --format $format" "findings.$format" "$bin/nalin-score" -q --findings --min-score 0.5 --format "$format" "$out/pairs.jsonl.zst"
done
run nalin-score scored.jsonl.zst "$bin/nalin-score" -q "$out/pairs.jsonl.zst"
for architecture in default nalin linear; do
  run "nalin-train --arch $architecture" "metrics.$architecture.jsonl" \
    "$bin/nalin-train" -q --arch "$architecture" --epochs 2 --limit 4000 --model "$out/model.$architecture" "$out/examples.jsonl.zst"
  for weights in "$out/model.$architecture"/*.safetensors "$out/model.$architecture"/*.zst; do
    [ -e "$weights" ] && record "nalin-train --arch $architecture, $(basename "$weights")" "$weights"
  done
done
run "nalin-score --eval" evaluation.jsonl "$bin/nalin-score" -q --eval --model "$out/model.default" "$out/examples.jsonl.zst"
run "trace-lm generate" generated.jsonl "$bin/trace-lm" generate --count 500
run "trace-lm train" lm.jsonl "$bin/trace-lm" train -q --steps 20 --model "$out/lm" "$out/traces.jsonl"
record "trace-lm train, weights" "$out/lm/model.safetensors"
run "trace-lm evaluate" lm-scores.jsonl "$bin/trace-lm" evaluate -q --part train --model "$out/lm" "$out/traces.jsonl"
