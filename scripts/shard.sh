#!/usr/bin/env bash
# Runs the notebooks of one shard: the same unit of work on this machine, over ssh and in Slurm.
#
# usage: shard.sh SHARD RESULT    e.g. shard.sh shards/00042.tar.gz results/00042.tar
#        shard.sh --self-test     says what this host lacks; makes its Python environment when PYTHON is not set
#        shard.sh --missing       lists the shards below the working folder that have no result
#
# SHARD is what shards-cut.sh packed. RESULT is a tar of the records, the rejects and an account; it appears
# whole or not at all, and one that is there is left alone: to resume is to run everything again.
#
# nb2py, nbinstrument and nbexec lie beside this script, or in BIN. Taken from the environment as well: PYTHON,
# JOBS (notebooks at a time, 1), SCRATCH (where shards are unpacked, the working folder), NB2PY_FLAGS,
# INSTRUMENT_FLAGS, EXEC_FLAGS.
set -euo pipefail
export LC_ALL=C
bin=${BIN:-$(dirname "$0")} python=${PYTHON:-venv/bin/python} scratch=$(realpath "${SCRATCH:-.}")

if [ "${1-}" = --self-test ]; then
  requirements=$(dirname "$0")/requirements.txt
  if [ -z "${PYTHON-}" ] && ! cmp -s "$requirements" venv/requirements.txt; then
    "$(dirname "$0")/setup.sh" venv "$requirements"
  fi
  TMPDIR=$scratch exec "$bin/nbexec" --self-test --python "$python" --jobs "${JOBS:-1}" --root "$(dirname "$0")"
fi
if [ "${1-}" = --missing ]; then
  for shard in shards/*.tar.gz; do if [ ! -s "results/$(basename "$shard" .gz)" ]; then echo "$shard"; fi; done
  exit
fi
if [ $# != 2 ]; then sed -n '2,/^set/{/^set/!s/^# \?//p}' "$0" >&2; exit 2; fi

shard=$1 result=$2 name=$(basename "$1" .tar.gz) host=${SLURMD_NODENAME:-$HOSTNAME}
[ ! -s "$result" ] || exit 0

# What an earlier shard left that was killed with its host, or by force.
for old in "$scratch/.shard.$HOSTNAME".*; do
  if [ -d "$old" ] && [ ! -d "/proc/${old##*.}" ]; then rm -rf "$old"; fi
done
work=$scratch/.shard.$HOSTNAME.$$
# Beside the result, so that it can be renamed; dotted, so that nobody counts it as one.
part=$(dirname "$result")/.$name.$HOSTNAME.$$
finish() {
  status=$?
  rm -rf "$work" "$part"
  [ $status = 0 ] || echo "shard.sh: $name FAILED on $host with status $status" >&2
}
trap finish EXIT
mkdir -p "$work/out" "$(dirname "$result")"
rm -f "$(dirname "$result")/.$name".*

# Root would give the files to whoever owned them elsewhere.
tar --extract --gzip --file "$shard" --directory "$work" --no-same-owner
out=$work/out start=$SECONDS
# One pipeline under pipefail: a program that dies in the middle would look like the end of the input.
# shellcheck disable=SC2086 # the flags are words
"$bin/nb2py" -q -j1 --root "$work/files" --files-from "$work/list" --repo-depth "$(cat "$work/repo-depth")" \
  --rejects "$out/scripts.rejects.jsonl" --summary "$out/scripts.summary.json" ${NB2PY_FLAGS-} |
  "$bin/nbinstrument" -q -j1 \
    --rejects "$out/instrumented.rejects.jsonl" --summary "$out/instrumented.summary.json" ${INSTRUMENT_FLAGS-} |
  TMPDIR=$work "$bin/nbexec" -q --root "$work/files" --python "$python" --jobs "${JOBS:-1}" \
    --rejects "$out/assignments.rejects.jsonl" --summary "$out/assignments.summary.json" \
    --output "$out/assignments.jsonl.zst" ${EXEC_FLAGS-}
notebooks=$(wc -l < "$work/list") seconds=$((SECONDS - start))
echo "{\"shard\":\"$name\",\"host\":\"$host\",\"notebooks\":$notebooks,\"wall_seconds\":$seconds}" > "$out/account.json"
tar --create --file "$part" --directory "$out" .
mv "$part" "$result"
echo "shard.sh: $name done on $host: $notebooks notebooks in $seconds s" >&2
