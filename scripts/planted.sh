#!/usr/bin/env bash
# How many of the slips in fixtures/planted a model ranks first.
# usage: scripts/planted.sh MODEL [BIN]          (BIN: target/release)
#        scripts/planted.sh --record BIN PYTHON  make fixtures/planted/pairs.jsonl anew, by running its scripts
set -euo pipefail
cd "$(dirname "$0")/.."
planted=fixtures/planted
if [ "$1" = --record ]; then
  bin=$2 python=$3
  "$bin/nb2py" -q --root $planted $planted/*.py | "$bin/nbinstrument" -q | "$bin/nbexec" -q --python "$python" |
    "$bin/assign-merge" -q --dedup off --per-name 0 --output $planted/pairs.jsonl
  jq -r .path $planted/pairs.jsonl | sort | uniq -c
  exit
fi
model=$1 bin=${2:-target/release}
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
jq -c '.label = (if .path | startswith("sound") then 0 else 1 end) | .origin = (.path | rtrimstr(".py"))' $planted/pairs.jsonl |
  "$bin/nalin-score" -q --model "$model" --output "$part/scored.jsonl"
jq -r '[.score, .label, .origin, .site.name, .type_class, (.value.text | gsub("\\s+"; " ") | .[:40])] | @tsv' "$part/scored.jsonl" |
  sort -t$'\t' -k1,1gr -k4,4 > "$part/ranked.tsv"
awk -F'\t' '
  { label[NR] = $2; planted += $2 }
  END {
    for (k = 10; k <= 60; k += k < 30 ? 20 : 30) {
      right = 0
      for (at = 1; at <= k; at++) right += label[at]
      printf "precision in the first %d: %.2f (%d planted)\n", k, right / k, right
    }
    printf "%d planted among %d sound\n", planted, NR - planted
  }' "$part/ranked.tsv"
"$bin/nalin-score" -q --eval --keep-scores --model "$model" "$part/scored.jsonl" |
  jq -r 'select(.own_threshold and .type_class == "" and .repo == "") |
    "\(if .origin == "" then "all" else .origin end): AUC \(.auc * 1000 | round / 1000) [\(.auc_low * 1000 | round / 1000), \(.auc_high * 1000 | round / 1000)], at \(.threshold * 1000 | round / 1000) precision \(.precision * 100 | round) %, recall \(.recall * 100 | round) %"'
echo "The first 30:"
head -n 30 "$part/ranked.tsv" | awk -F'\t' '{ printf "%.3f  %-16s  %-22s  %-12s  %s\n", $1, $3, $4, $5, $6 }'
