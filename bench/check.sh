#!/usr/bin/env bash
# From `nalin check` of one notebook to its end, and where the time goes.
# usage: bench/check.sh NOTEBOOK BIN PYTHON [RUNS]
set -euo pipefail
notebook=$1 bin=$2 python=$3 runs=${4:-5}
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
seconds() { python3 -c 'import subprocess, sys, time; start = time.monotonic(); subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); print(f"{time.monotonic() - start:.2f}")' "$@"; }
median() { for _ in $(seq "$runs"); do seconds "$@"; done | sort -n | sed -n "$(((runs + 1) / 2))p"; }
printf 'nalin check\t%s s (median of %s)\n' "$(median "$bin/nalin" check --quiet --python "$python" "$notebook")" "$runs"
"$bin/nb2py" -q "$notebook" -o "$part/scripts.jsonl"
"$bin/nbinstrument" -q "$part/scripts.jsonl" -o "$part/instrumented.jsonl"
"$bin/nbexec" -q --cold --python "$python" "$part/instrumented.jsonl" -o "$part/values.jsonl"
"$bin/assign-merge" -q "$part/values.jsonl" -o "$part/pairs.jsonl"
printf 'nb2py\t%s s\n' "$(median "$bin/nb2py" -q "$notebook")"
printf 'nbinstrument\t%s s\n' "$(median "$bin/nbinstrument" -q "$part/scripts.jsonl")"
printf 'nbexec --cold\t%s s\n' "$(median "$bin/nbexec" -q --cold --python "$python" "$part/instrumented.jsonl")"
printf 'assign-merge\t%s s\n' "$(median "$bin/assign-merge" -q "$part/values.jsonl")"
printf 'nalin-score\t%s s\n' "$(median "$bin/nalin-score" -q --findings "$part/pairs.jsonl")"
tail -n 1 "$part/values.jsonl" | jq -r '"the notebook itself\t\(.cpu_seconds) CPU-s, \(.wall_seconds) s"'
