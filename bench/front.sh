#!/usr/bin/env bash
# nb2py and nbinstrument beside nbconvert and libcst, in one run: CPU seconds and ratios.
# usage: bench/front.sh NOTEBOOKS BIN PYTHON   (PYTHON has bench/requirements.txt installed)
set -euo pipefail
notebooks=$1 bin=$2 python=$3
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
cpu() { jq -r '.cpu_seconds' "$1"; }

(cd "$notebooks" && find . -type f -name '*.ipynb' -printf '%P\n' | LC_ALL=C sort) > "$part/list"
megabytes=$(cd "$notebooks" && tr '\n' '\0' < "$part/list" | du -cb --files0-from=- | awk 'END { print $1 / 1e6 }')
for jobs in 1 2; do
  "$bin/nb2py" -q -j$jobs --root "$notebooks" --files-from "$part/list" --repo-depth 2 --rejects "$part/rejects" \
    --summary "$part/$jobs.json" -o "$part/$jobs.jsonl"
done
cmp "$part/1.jsonl" "$part/2.jsonl"
jq -rn --argjson mb "$megabytes" --slurpfile one "$part/1.json" --slurpfile two "$part/2.json" \
  '"nb2py -j1: \($one[0].records_in) files, \($mb | round) MB, \($one[0].cpu_seconds) CPU s: \($mb / $one[0].cpu_seconds | round) MB and \($one[0].records_in / $one[0].cpu_seconds | round) notebooks a CPU second, peak \($one[0].peak_bytes / 1e6 | round) MB; -j2: the same bytes, wall \($one[0].wall_seconds) s -> \($two[0].wall_seconds) s"'
echo "nbconvert, one process, a twentieth of the notebooks:"
"$python" bench/peers/nbconvert_cells.py "$notebooks" 0.05 < "$part/1.jsonl"
awk 'NR % 20 == 1' "$part/1.jsonl" > "$part/sample.jsonl"
"$python" bench/instrument.py "$part/sample.jsonl" --nbinstrument "$bin/nbinstrument"
