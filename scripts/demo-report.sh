#!/usr/bin/env bash
# Shows what the demo found: the worst findings, how many planted slips are among them, where all lies.
# usage: scripts/demo-report.sh OUT BIN
set -euo pipefail
out=$1 bin=$2 top=15

echo
echo "The $top worst fits of name and value:"
echo
report() { "$bin/nalin-score" --quiet --model "$out/model" --keep-scores "$@" "$out/scored.jsonl"; }
report --format text --top "$top"
python3 - "$out" "$top" <<'PYTHON'
import json
import sys

out, top = sys.argv[1], int(sys.argv[2])
planted = [json.loads(line) for line in open("fixtures/demo/planted.jsonl")]
planted = {(one["path"], one["cell"], one["line"], one["name"]) for one in planted}
found = [json.loads(line) for line in open(f"{out}/findings.jsonl")]
places = [(one["path"], one["place"]["cell"], one["place"]["line"], one["place"]["name"]) for one in found]
hits = [rank for rank, place in enumerate(places, 1) if place in planted]
print(f"\n{sum(rank <= top for rank in hits)} of the {len(planted)} planted slips are among these {top}, ranks {hits} of {len(places)} findings.")
PYTHON
cat <<EOT

Everything lies in $out:
  findings.html            the findings to look at in a browser
  findings.jsonl           the findings as records
  scored.jsonl             every name and value with its score, from a model that had not seen its folder
  model/                   the model, with a card that says how good it is
  metrics.jsonl            how it learned, beside its baselines
  scripts, instrumented, assignments, pairs, examples (.jsonl.zst)
                           what went from stage to stage: zstd -dc FILE | jq
  *.summary.json           what each stage counted
EOT
