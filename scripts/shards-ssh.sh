#!/usr/bin/env bash
# Runs the shards of OUT on many hosts, with GNU parallel over ssh; again, it runs those that are missing.
#
# usage: shards-ssh.sh OUT HOSTS
#   e.g. BIN=build/static scripts/shards-ssh.sh build/big hosts.txt
#
# HOSTS has a line for each host, as GNU parallel takes them: SLOTS/USER@HOST, one shard at a time in a slot, so
# SLOTS is the number of cores. A host needs sshd, rsync, bubblewrap and Python; the programs are brought along.
# A host that lacks something is named, and left out.
#
# From the environment: BIN (the programs), REQUIREMENTS (of the Python environment that each host makes), or
# PYTHON (an interpreter that every host has); HOST_DIR (the folder on a host, below its home: nalin); SHARED=1
# when every host sees OUT under the same path: then nothing is copied; RETRIES (3) and TIMEOUT (6h) of a shard;
# PARALLEL_SSH (the command that connects); and the flags of shard.sh.
#
# In OUT: results/, joblog (host, time, exit status of each shard's last attempt), log (all that was said, and
# by which shard). Exit status: 0 all results are there, 1 some are not, 2 no host can work.
set -euo pipefail
if [ $# != 2 ]; then sed -n '2,/^set/{/^set/!s/^# \?//p}' "$0" >&2; exit 2; fi
say() { echo "shards-ssh.sh: $*" >&2; }
here=$(realpath "$(dirname "$0")") hosts=$(realpath "$2") bin=$(realpath "$BIN") dir=${HOST_DIR:-nalin}
requirements=$(realpath "${REQUIREMENTS:-$here/../requirements-runner.txt}")
command -v parallel > /dev/null || { say "GNU parallel is missing. To have it, type: apt-get install parallel rsync"; exit 2; }
cd "$1"
if [ -n "${SHARED-}" ]; then dir=$PWD; fi
mkdir -p results kit hosts .parallel
rm -f hosts/*
touch .parallel/will-cite
# A host that vanished is noticed after a minute, and asks no questions.
export PARALLEL_HOME=$PWD/.parallel \
  PARALLEL_SSH=${PARALLEL_SSH:-ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ServerAliveCountMax=4}
[ -n "$(find shards -name '*.tar.gz' -print -quit)" ] || { say "$PWD/shards has no shards (shards-cut.sh)"; exit 2; }
cp -u "$bin"/{nb2py,nbinstrument,nbexec} "$here"/{shard,setup}.sh kit
cp -u "$requirements" kit/requirements.txt
told=(--env PYTHON --env JOBS --env SCRATCH --env NB2PY_FLAGS --env INSTRUMENT_FLAGS --env EXEC_FLAGS)
export PYTHON=${PYTHON-} JOBS=${JOBS:-1} SCRATCH=${SCRATCH-} NB2PY_FLAGS=${NB2PY_FLAGS-} \
  INSTRUMENT_FLAGS=${INSTRUMENT_FLAGS-} EXEC_FLAGS=${EXEC_FLAGS-}

# shellcheck disable=SC2317 # parallel calls it
# Each host gets the kit and says what it lacks.
check() { # LINE of HOSTS, DIR; prints the line if the host can work
  said=hosts/$(tr -c 'A-Za-z0-9@._\n-' _ <<< "$1").txt
  kit=(--basefile kit)
  if [ -n "${SHARED-}" ]; then kit=(); fi
  slots=${1%%/*}
  if [[ $slots =~ ^[0-9]+$ ]]; then JOBS=$((slots * JOBS)); fi # what all slots together may take
  if parallel --nonall --sshlogin "$1" --workdir "$2" "${kit[@]}" --env PYTHON --env JOBS --env SCRATCH \
    kit/shard.sh --self-test < /dev/null > "$said" 2>&1; then echo "$1"; else
    { echo "shards-ssh.sh: $1 is left out:"; sed 's/^/  /' "$said"; } >&2
  fi
}
export -f check
# The last attempt of each shard.
last() { awk -F '\t' '$1 != "Seq" { line[$9] = $0 } END { for (shard in line) print line[shard] }' joblog | sort; }
kit/shard.sh --missing > .todo
if [ ! -s .todo ]; then say "every shard has its result: $PWD/results"; exit; fi
grep -vE '^ *(#|$)' "$hosts" | parallel --jobs 32 --keep-order check {} "$dir" > hosts/ready || true
[ -s hosts/ready ] || { say "no host of $hosts can work"; exit 2; }
# Other packages, other values: what runs where must not decide what comes out.
if [ "$(grep -h 'packages, fingerprint' hosts/*.txt | sort -u | wc -l)" -gt 1 ]; then
  say "WARNING: hosts differ in Python or its packages:"
  grep 'packages, fingerprint' hosts/*.txt >&2
fi

moved=(--transferfile '{}' --return 'results/{/.}' --cleanup)
if [ -n "${SHARED-}" ]; then moved=(); fi
rm -f joblog
date '+shards-ssh.sh: started %F %T' >> log
for _round in 1 2 3; do
  [ -s .todo ] || break
  say "$(wc -l < .todo) of $(find shards -name '*.tar.gz' | wc -l) shards to run on $(wc -l < hosts/ready) hosts"
  # Never --pipepart with --retries: it loses records, and says nothing. A failed shard goes to another host.
  parallel --sshloginfile hosts/ready --joblog +joblog --retries "${RETRIES:-3}" --timeout "${TIMEOUT:-6h}" --halt never \
    --workdir "$dir" "${moved[@]}" "${told[@]}" --tagstring '{/.}' --line-buffer --arg-file .todo \
    kit/shard.sh '{}' 'results/{/.}' < /dev/null 2>&1 | tee -a log >&2 || true
  # A host that dies while it hands over a result has done its work, says the job log: that is run once more.
  last | awk -F '\t' '$7 == 0 { print $9 }' | grep -oE 'shards/[^ ]+' | sort > .claimed
  kit/shard.sh --missing | sort | comm -12 - .claimed > .todo
done
kit/shard.sh --missing > .todo
n=$(wc -l < .todo)
rm -f .claimed
if [ "$n" = 0 ]; then say "every shard has its result: $PWD/results"; exit; fi
say "$n shards FAILED, the others are done; what they said is in $PWD/log:"
while read -r shard; do
  last | awk -F '\t' -v shard="$shard" '
    index($9, " " shard " ") { line = ", last on " $2 ": status " $7 ($8 > 0 ? ", signal " $8 : "") }
    END { print "  " shard line }' >&2
done < .todo
say "when the cause is mended, the same command runs only these"
exit 1
