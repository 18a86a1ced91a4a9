#!/usr/bin/env bash
# nbexec, warm, beside one `ipython FILE` a notebook, both with two processes, on the same notebooks in one run.
# usage: bench/exec.sh NOTEBOOKS LIST BIN PYTHON [N]   (LIST: paths below NOTEBOOKS; PYTHON has their packages)
set -euo pipefail
notebooks=$1 list=$2 bin=$3 python=$4 n=${5:-100}
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
compare() { # NAME
  python3 bench/peers/cold_ipython.py "$python" 2 < "$part/$1.jsonl" > "$part/cold.json"
  "$bin/nbexec" -q -j2 --root "$notebooks" --python "$python" "$part/$1.jsonl" --summary "$part/warm.json" -o "$part/warm.jsonl"
  jq -rn --arg name "$1" --slurpfile cold "$part/cold.json" --slurpfile warm "$part/warm.json" \
    --argjson cpu "$(jq -s 'map(select(.schema == "run/1") | .cpu_seconds) | add' "$part/warm.jsonl")" \
    '($cold[0]) as $c | ($warm[0]) as $w | "\($name), \($c.notebooks) notebooks: cold \($c.wall_seconds * 10 | round / 10) s, \($c.cpu_seconds * 10 | round / 10) CPU s, \($c.values) values; warm \($w.wall_seconds * 10 | round / 10) s, \($cpu * 10 | round / 10) CPU s in the notebooks (imports of the workers beside that: in the wall time), \($w.counts.values) values: \($c.wall_seconds / $w.wall_seconds * 100 | round / 100) times the notebooks an hour, \($c.cpu_seconds / $cpu * 100 | round / 100) times a CPU second, \($w.counts.values / $c.values * 100 | round / 100) times the values"'
}
# Import-bound: a script that imports what most import, and binds two names.
for i in $(seq "$n"); do
  jq -cn --arg id "i$i" --arg code $'import numpy as np, pandas as pd, matplotlib.pyplot as plt\nx = np.arange(10)\ny = pd.Series(x)' \
    '{schema: "script/1", id: $id, path: ($id + ".ipynb"), repo: "", language: "python", language_version: "", kernel: "", nbformat: 4, nbformat_minor: 5, code: $code, cells: [{cell: 1, cell_id: "", execution_count: -1, first_row: 1, last_row: 3, physical_lines: [1, 1, 1], has_error: false}], magics: [], duplicate_of: ""}'
done | "$bin/nbinstrument" -q > "$part/import-bound.jsonl"
compare import-bound
shuf -n "$n" --random-source=<(yes 42) "$list" > "$part/list"
"$bin/nb2py" -q --root "$notebooks" --files-from "$part/list" --repo-depth 2 --rejects /dev/null | "$bin/nbinstrument" -q --rejects /dev/null > "$part/random.jsonl"
compare random
