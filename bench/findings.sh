#!/usr/bin/env bash
# Scoring and reporting of 100,000 findings, in every format, and what it is made of.
# usage: bench/findings.sh PAIRS BIN [N]   (PAIRS: pair records, copied until there are N findings)
#
# Copies get notebooks of their own and other digits in their values, so that no value comes twice
# because of us; how often values repeat is as in PAIRS.
set -euo pipefail
pairs=$1 bin=$2 n=${3:-100000}
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
python3 - "$pairs" "$n" > "$part/pairs.jsonl" <<'PYTHON'
import json
import subprocess
import sys

path, n = sys.argv[1], int(sys.argv[2])
text = subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout if path.endswith(".zst") else open(path, "rb").read()
pairs, seen = [], set()
for line in text.splitlines():
    one = json.loads(line)
    site = (one["notebook"], one["site"]["row"], one["site"]["column"], one["site"]["name"])
    if site not in seen:
        seen.add(site)
        pairs.append(one)
for at in range(n):
    copy, one = divmod(at, len(pairs))
    one = json.loads(json.dumps(pairs[one]))
    one["notebook"] = f"{copy:05}{one['notebook']}"
    one["path"] = f"{copy}/{one['path']}"
    digits = str.maketrans("123456789", "".join(str((int(digit) + copy - 1) % 9 + 1) for digit in "123456789"))
    one["value"]["text"] = one["value"]["text"].translate(digits)
    one["value"]["len"] += copy // 9 if one["value"]["len"] >= 0 else 0
    print(json.dumps(one))
PYTHON
ls -l "$part/pairs.jsonl" | awk -v n="$n" '{printf "%d pairs, %.0f MB\n", n, $5 / 1e6}'
measure() { # NAME FLAGS…
  "$bin/nalin-score" --quiet "${@:2}" --output "$part/out" --summary "$part/summary" "$part/pairs.jsonl"
  jq -r --arg name "$1" '"\($name)\t\(.wall_seconds * 100 | round / 100) s\t\(.cpu_seconds * 100 | round / 100) CPU-s\t\(.peak_bytes / 1e6 | round) MB"' "$part/summary"
}
measure "scored records"
for format in ${FORMATS:-jsonl text csv sarif html}; do
  measure "findings $format" --findings --generic-names --min-score 0 --format "$format"
done
"$bin/nalin-score" --quiet --output "$part/scored.jsonl" "$part/pairs.jsonl"
mv "$part/scored.jsonl" "$part/pairs.jsonl"
measure "findings jsonl, scores kept" --keep-scores --findings --generic-names --min-score 0
