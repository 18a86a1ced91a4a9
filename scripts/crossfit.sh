#!/usr/bin/env bash
# Scores every pair with a model that has not seen its repository: FOLDS models, each trained on the other folds.
# A model that learned a slip as a fact would not report it.
# usage: scripts/crossfit.sh PAIRS FOLDS BIN OUT   (flags in SAMPLE_FLAGS, TRAIN_FLAGS; writes OUT, scored records)
set -euo pipefail
pairs=$1 folds=$2 bin=$3 out=$4
part=$(mktemp -d "$(dirname "$out")/.crossfit.XXXXXX")
trap 'rm -rf "$part"' EXIT
for fold in $(seq "$folds"); do
  echo "crossfit: fold $fold of $folds" >&2
  # shellcheck disable=SC2086 # the flags are words
  "$bin/negsample" -q ${SAMPLE_FLAGS:-} --fold "$fold/$folds" --rejects "$part/rejects" "$pairs" -o "$part/examples.jsonl.zst"
  # shellcheck disable=SC2086
  "$bin/nalin-train" -q ${TRAIN_FLAGS:-} --model "$part/model.$fold" "$part/examples.jsonl.zst" -o "$part/metrics.$fold.jsonl"
  "$bin/nalin-score" -q --model "$part/model.$fold" --split test "$part/examples.jsonl.zst"
done > "$part/scored.jsonl"
mv "$part/scored.jsonl" "$out"
