#!/usr/bin/env bash
# Five folds by repository: draws negatives within each part of each fold, trains, and prints mean and spread.
#
#   scripts/folds.sh PAIRS OUT [ARCH [TRAIN_FLAGS...]]
#   FOLDS=5 STRATEGY=type-guided JOBS=1 SEED=42 BIN=target/release scripts/folds.sh build/mine/pairs.jsonl.zst build/folds nalin
#   PART=8 scripts/folds.sh …   learns from an eighth of the notebooks (2, 4, 8 or 16), for a learning curve
set -euo pipefail
pairs=$1 out=$2 arch=${3:-default}
shift $(($# < 3 ? $# : 3))
folds=${FOLDS:-5} strategy=${STRATEGY:-type-guided} bin=${BIN:-target/release} seed=${SEED:-42} jobs=${JOBS:-0} part=${PART:-1}
mkdir -p "$out"
for fold in $(seq "$folds"); do
  examples=$out/$strategy.$seed.$fold.jsonl.zst
  # The examples of a fold are the same for every architecture.
  [ -e "$examples" ] && [ "$examples" -nt "$pairs" ] ||
    "$bin/negsample" "$pairs" --quiet --rejects /dev/null --strategy "$strategy" --fold "$fold/$folds" --seed "$seed" -o "$examples"
  if [ "$part" != 1 ]; then
    # Notebooks are named by hashes, whose first digits are equally frequent.
    few=$(printf %x $((16 / part - 1)))
    zstd -dcq "$examples" | jq -c --arg last "$few" 'select(.split == "test" or .notebook[:1] <= $last)' | zstd -q -f -o "$out/part.jsonl.zst"
    examples=$out/part.jsonl.zst
  fi
  "$bin/nalin-train" "$examples" --quiet --arch "$arch" --model "$out/model" --fold "$fold" --seed "$seed" --jobs "$jobs" "$@"
done >"$out/$arch.$strategy.jsonl"
jq -rs '
  def mean: add / length;
  def spread: mean as $mean | (map(. - $mean | . * .) | add / ([length - 1, 1] | max)) | sqrt;
  def figure: "\(mean * 1000 | round / 1000) ± \(spread * 1000 | round / 1000)";
  map(select(.phase == "result" and .split == "test"))
  | group_by([.model, .origin])[]
  | [.[0].model, (.[0].origin | if . == "" then "all" else . end), "F1 " + (map(.f1) | figure), "AUC " + (map(.auc) | figure)]
  | @tsv' "$out/$arch.$strategy.jsonl"
