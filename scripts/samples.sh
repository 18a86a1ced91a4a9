#!/usr/bin/env bash
# Makes fixtures/records/*.jsonl anew: a few real lines of every record, from three small notebooks.
# usage: scripts/samples.sh BIN PYTHON   (BIN: folder of the programs)
set -euo pipefail
bin=$1 python=$2 out=fixtures/records
mkdir -p "$out"
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT

for name in source_as_string out_of_order_counts repeated_cell_ids; do
  jq -c --arg path "odd/$name.ipynb" '{schema: "source/1", path: $path, notebook: ., repo: "odd"}' "fixtures/odd/$name.ipynb"
done > "$part/source.jsonl"
"$bin/nb2py" -q < "$part/source.jsonl" > "$part/script.jsonl"
"$bin/nbinstrument" -q --summary "$part/summary.jsonl" -o "$part/instrumented.jsonl" "$part/script.jsonl"
"$bin/nbexec" -q --python "$python" --root fixtures "$part/instrumented.jsonl" > "$part/execution.jsonl"
# Times are of the machine and the moment: a sample says zero.
jq -c 'select(.schema == "assignment/1")' "$part/execution.jsonl" > "$part/assignment.jsonl"
"$bin/nb2py" -q fixtures/traces/generators.py fixtures/traces/try_finally.py |
  "$bin/nbexec" -q --python "$python" --trace | jq -c 'select(.schema == "trace/1") | .python = "3.11.7"' > "$part/trace.jsonl"
"$bin/trace-text" -q --jsonl --glyphs 1 < "$part/trace.jsonl" > "$part/trace-text.jsonl"
"$bin/trace-tasks" -q < "$part/trace.jsonl" > "$part/trace-task.jsonl"
"$bin/trace-check" -q < "$part/trace.jsonl" > "$part/trace-check.jsonl"
"$bin/trace-stats" -q --format jsonl < "$part/trace.jsonl" > "$part/trace-stat.jsonl"
"$bin/trace-lm" train -q --steps 2 --format delta --model "$part/lm" < "$part/trace.jsonl" > /dev/null
"$bin/trace-lm" evaluate -q --part train --model "$part/lm" < "$part/trace.jsonl" > "$part/lm-score.jsonl"
jq -c 'select(.schema == "run/1") | .wall_seconds = 0.0 | .cpu_seconds = 0.0 | .peak_bytes = 0' "$part/execution.jsonl" > "$part/run.jsonl"
jq -c '.wall_seconds = 0.0 | .cpu_seconds = 0.0 | .peak_bytes = 0 | .arguments = ["script.jsonl"]' "$part/summary.jsonl" > "$part/summary.new"
mv "$part/summary.new" "$part/summary.jsonl"
"$bin/assign-merge" -q < "$part/assignment.jsonl" > "$part/pair.jsonl"
"$bin/negsample" -q --split by-row < "$part/pair.jsonl" > "$part/example.jsonl"
"$bin/nalin-train" -q --model "$part/model" --epochs 2 < "$part/example.jsonl" > "$part/metric.jsonl"
"$bin/nalin-score" -q --model "$part/model" < "$part/pair.jsonl" > "$part/scored.jsonl"
"$bin/nalin-score" -q --model "$part/model" --findings --min-score 0 --generic-names < "$part/pair.jsonl" > "$part/finding.jsonl"
"$bin/nalin-score" -q --model "$part/model" --eval < "$part/example.jsonl" > "$part/evaluation.jsonl"
printf '{"path":"odd/not_json.ipynb"}\n' | "$bin/nb2py" -q --root fixtures --rejects "$part/reject.jsonl"
# Crashes that were made on purpose (scripts/crash-cases.py), through all programs that add to them.
head -n 3 fixtures/crashes/made.jsonl > "$part/crashing.jsonl"
"$bin/nbcrashes" -q --imports "$part/imports.csv" < "$part/crashing.jsonl" | "$bin/crash-norm" -q --keep-empty |
  "$bin/crash-cluster" -q --clusters "$part/crash-cluster.jsonl" | "$bin/crash-sample" -q --z 1e9 |
  "$bin/crash-label" -q > "$part/crash.jsonl"
printf 'stage,first,second\ntraining,68,77\nevaluation,57,80\n' > "$part/stages.csv"
"$bin/crash-stats" -q --table "$part/stages.csv" > "$part/comparison.jsonl"
printf 'library,notebooks\nnumpy,9\npandas,3\n' > "$part/imports.csv"
jq -c '.label.library = "pandas"' "$part/crash.jsonl" | "$bin/crash-stats" -q --factors "$part/imports.csv" > "$part/crash-factor.jsonl"
rm "$part/crashing.jsonl"
# A function, and two bugs in it.
printf 'def distance(a, b):\n    width = a - b\n    return max(width, -width)\n' > "$part/shapes.py"
(cd "$part" && "$bin/bug-scan" -q shapes.py > function.jsonl)
"$bin/bug-select" -q --balanced --count 1 "$part/function.jsonl" | "$bin/bug-rewrite" -q > "$part/bug.jsonl"
rm "$part/shapes.py"
# jq writes 0 where the programs write 0.0.
sed -Ei 's/"(wall|cpu)_seconds":0([,}])/"\1_seconds":0.0\2/g' "$part/run.jsonl" "$part/summary.jsonl"
rm "$part/execution.jsonl"
for file in "$part"/*.jsonl; do head -n 60 "$file" > "$out/$(basename "$file")"; done
