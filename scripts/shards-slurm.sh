#!/usr/bin/env bash
# Runs the shards of OUT as a Slurm array, and waits; again, it runs those that are missing.
#
# usage: shards-slurm.sh OUT
#   e.g. BIN=build/static PYTHON=$PWD/build/venv/bin/python \
#        SBATCH='--time=6:00:00 --mem-per-cpu=3G' scripts/shards-slurm.sh build/big
#
# OUT, BIN and PYTHON lie where every node sees them. From the environment: SBATCH (more flags for sbatch), JOBS
# (notebooks at a time in a shard, and cores of a task: 1), SCRATCH (a folder of the node where shards are
# unpacked: /tmp), RETRIES (3), TASKS (in the array, at most the site's MaxArraySize: 1000), the flags of shard.sh.
#
# In OUT: results/, joblog (host, time, exit status of each attempt), log (all that was said).
# Exit status: 0 all results are there, 1 some are not, 2 Slurm cannot be asked.
set -euo pipefail
say() { echo "shards-slurm.sh: $*" >&2; }

if [ "${1-}" = --task ]; then # one task of the array: every TASKS-th shard of the list
  cd "$2"
  mkdir -p "$SCRATCH"
  awk -v task="$SLURM_ARRAY_TASK_ID" -v tasks="$TASKS" 'NR % tasks == task' .todo | while read -r shard; do
    start=$(date +%s) status=0
    kit/shard.sh "$shard" "results/$(basename "$shard" .gz)" < /dev/null || status=$?
    printf '%s\t%s\t%s\t%s\t%s\n' "$SLURM_ARRAY_TASK_ID" "$SLURMD_NODENAME" "$(($(date +%s) - start))" $status "$shard" >> "slurm/$SLURM_ARRAY_TASK_ID.joblog"
  done
  exit
fi
if [ $# != 1 ]; then sed -n '2,/^set/{/^set/!s/^# \?//p}' "$0" >&2; exit 2; fi
command -v sbatch > /dev/null || { say "sbatch is missing: this is no machine from which Slurm can be asked"; exit 2; }
here=$(realpath "$(dirname "$0")") bin=$(realpath "$BIN") tasks=${TASKS:-1000}
cd "$1"
mkdir -p results kit
[ -n "$(find shards -name '*.tar.gz' -print -quit)" ] || { say "$PWD/shards has no shards (shards-cut.sh)"; exit 2; }
cp -u "$bin"/{nb2py,nbinstrument,nbexec} "$here"/shard.sh kit
PYTHON=${PYTHON:-python3} JOBS=${JOBS:-1} SCRATCH=${SCRATCH:-/tmp}
rm -rf slurm joblog
: > joblog
date '+shards-slurm.sh: started %F %T' >> log
for _round in $(seq "${RETRIES:-3}"); do
  kit/shard.sh --missing > .todo
  n=$(wc -l < .todo)
  [ "$n" != 0 ] || break
  TASKS=$((n < tasks ? n : tasks))
  mkdir -p slurm
  say "$n of $(find shards -name '*.tar.gz' | wc -l) shards to run in $TASKS tasks"
  export PYTHON JOBS SCRATCH TASKS
  # Where a node failed a shard, another may not: the next round leaves it out, as long as there are others.
  bad=$(awk -F '\t' '$4 != 0 { print $2 }' joblog | sort -u | paste -sd,)
  # shellcheck disable=SC2086 # the flags are words
  sbatch --quiet --wait --export=ALL --requeue --array="0-$((TASKS - 1))" --cpus-per-task="$JOBS" --output=slurm/%a.log ${SBATCH-} \
    ${bad:+--exclude="$bad"} "$here/shards-slurm.sh" --task "$PWD" < /dev/null || say "some task did not end well"
  find slurm -name '*.log' -exec cat {} + | tee -a log >&2
  find slurm -name '*.joblog' -exec cat {} + >> joblog
  rm -r slurm
done
kit/shard.sh --missing > .todo
n=$(wc -l < .todo)
if [ "$n" = 0 ]; then say "every shard has its result: $PWD/results"; exit; fi
say "$n shards FAILED, the others are done; what they said is in $PWD/log:"
while read -r shard; do
  awk -F '\t' -v shard="$shard" '$5 == shard { line = "  " shard ", last on " $2 ": status " $4 } END { print line }' joblog >&2
done < .todo
say "when the cause is mended, the same command runs only these"
exit 1
