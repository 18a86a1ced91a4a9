#!/usr/bin/env bash
# Proves on one machine that shards spread over hosts give the bytes of the plain pipeline, and what becomes of
# them when a host dies, a disk is full, a sandbox is missing, or a shard is poison; over ssh, and through Slurm.
#
# usage: test-cluster.sh [--small] PROGRAMS PYTHON [NOTEBOOKS LIST REPO_DEPTH]
#   e.g. scripts/test-cluster.sh build/static build/venv/bin/python
# --small: a dozen notebooks on two hosts over ssh, all of which work.
#
# The hosts are ssh daemons on ports of the loopback, each with processes, mounts and a name of its own, and with
# a key, a home and a known-hosts file that are thrown away: no account of this machine is touched. As root on
# Linux; where something is missing it says that it skips, and ends with 0. Without NOTEBOOKS it runs our own.
set -euo pipefail
cd "$(dirname "$0")/.."
small=
if [ "${1-}" = --small ]; then small=1; shift; fi
if [ $# != 2 ] && [ $# != 5 ]; then sed -n '2,/^set/{/^set/!s/^# \?//p}' "$0" >&2; exit 2; fi
BIN=$(realpath "$1") PYTHON=$(realpath -s "$2")
export BIN PYTHON
# shellcheck source=scripts/test-hosts.sh
. scripts/test-hosts.sh
"$BIN/nbexec" -q --self-test --root fixtures --python "$PYTHON" || skip "no sandbox works here (nbexec --self-test says why)"

# --- The notebooks, and what one machine without shards makes of them -----------------------------
others=${3-}
if [ "$others" ]; then
  notebooks=$(realpath "$3") depth=$5 size=20
  cp "$4" "$work/list"
else
  # Copies of ours with their data: eight times, and the odd ones, but for the one that needs its time-out.
  # Memory that nobody initialised differs from run to run, with shards or without.
  notebooks=$work/notebooks depth=2 size=20
  for copy in 1 2 3 4 5 6 7 8; do mkdir -p "$notebooks/copy$copy"; cp -r fixtures/demo/*/ "$notebooks/copy$copy"; done
  mkdir "$notebooks/odd"
  cp -r fixtures/odd "$notebooks/odd/ones"
  rm "$notebooks/odd/ones/infinite_loop.ipynb"
  (cd "$notebooks" && grep -rLE --include='*.ipynb' 'np\.empty' . | sed 's,^\./,,' | LC_ALL=C sort) > "$work/list"
  if [ "$small" ]; then head -n 12 "$work/list" > "$work/dozen"; mv "$work/dozen" "$work/list"; size=3; fi
  [ "$small" ] || [ "$(wc -l < "$work/list")" -ge 200 ] || fail "expected 200 notebooks, found $(wc -l < "$work/list")"
fi
plain() { # OUT
  mkdir -p "$1"
  "$BIN/nb2py" -q --root "$notebooks" --files-from "$work/list" --repo-depth "$depth" --rejects "$1/scripts.rejects.jsonl" |
    "$BIN/nbinstrument" -q --rejects "$1/instrumented.rejects.jsonl" |
    "$BIN/nbexec" -q -j2 --root "$notebooks" --python "$PYTHON" -o "$1/assignments.jsonl.zst"
  merge "$1"
}
merge() { # OUT
  "$BIN/assign-merge" -q "$1/assignments.jsonl.zst" -o "$1/pairs.jsonl.zst"
  "$BIN/negsample" -q "$1/pairs.jsonl.zst" --rejects "$1/examples.rejects.jsonl" -o "$1/examples.jsonl.zst"
}
# All that is said of notebooks but the clocks, time and memory of a run, and how a host limits memory.
clockless() {
  zstd -dcq "$1/assignments.jsonl.zst" |
    sed -E '/^\{"schema":"run/{s/"(wall_seconds|cpu_seconds|peak_bytes)":[0-9.e-]+/"\1":0/g; s/"memory_limit":"[a-z]*"/"memory_limit":""/}'
}
plain "$work/plain"
took "$(wc -l < "$work/list") notebooks on one machine with two workers"

# Notebooks of others may say the time, draw at random or show memory that nobody initialised: those that do not
# say the same twice on one machine need not say it on many.
differing() { # OUT OUT
  runs() { clockless "$1" | jq -r '[.path, tojson] | @tsv'; }
  { diff <(runs "$1") <(runs "$2") || true; } | sed -n 's/^[<>] \([^\t]*\)\t.*/\1/p' | sort -u
}
if [ "$others" ]; then
  plain "$work/again"
  differing "$work/plain" "$work/again" > "$work/unstable"
  took "the same again, where $(wc -l < "$work/unstable") notebooks said something else"
fi

# The results of OUT, merged, are those of one machine, to the byte; with notebooks of others, those of their own
# records merged without shards.
compare() { # OUT
  scripts/shards-merge.sh "$1" 2> "$1/merge.log" || { cat "$1/merge.log" >&2; fail "the results cannot be merged"; }
  plain=$work/plain
  if [ "$others" ]; then
    differing "$plain" "$1" > "$1/differing"
    more=$(grep -vcxF -f "$work/unstable" "$1/differing" || true)
    say "$(wc -l < "$1/differing") notebooks said something else than on one machine, all but $more of them among those"
    [ $((more * 100)) -le "$(wc -l < "$work/list")" ] || fail "$1: too many differ"
    paths() { zstd -dcq "$1/assignments.jsonl.zst" | jq -r 'select(.schema == "run/1").path'; }
    cmp <(paths "$plain") <(paths "$1") >&2 || fail "$1: other notebooks, or another order"
    mkdir -p "$1/whole"
    cp "$1/assignments.jsonl.zst" "$plain"/{scripts,instrumented}.rejects.jsonl "$1/whole"
    plain=$1/whole
    merge "$plain"
  fi
  cmp <(clockless "$plain") <(clockless "$1") >&2 || fail "$1: other assignments or runs"
  for name in pairs examples; do
    cmp <(zstd -dcq "$plain/$name.jsonl.zst") <(zstd -dcq "$1/$name.jsonl.zst") >&2 || fail "$1: other $name"
  done
  for name in scripts instrumented examples; do
    cmp "$plain/$name.rejects.jsonl" "$1/$name.rejects.jsonl" >&2 || fail "$1: other rejects of $name"
  done
  say "the same bytes: $(zstd -dcq "$1/assignments.jsonl.zst" | wc -l) assignments and runs, $(zstd -dcq "$1/pairs.jsonl.zst" | wc -l) pairs, $(zstd -dcq "$1/examples.jsonl.zst" | wc -l) examples, $(cat "$1"/*.rejects.jsonl | wc -l) rejects"
}
# Cuts the shards of OUT; the one in the middle is poison: half of its file is gone.
cut_with_poison() {
  scripts/shards-cut.sh "$notebooks" "$work/list" "$depth" "$size" "$1"
  n=$(find "$1/shards" -name '*.gz' | wc -l) poison=$(find "$1/shards" -name '*.gz' -printf '%f\n' | sort | sed -n "$(((n + 1) / 2))p")
  cp "$1/shards/$poison" "$work/whole"
  truncate -s $(($(stat -c %s "$work/whole") / 2)) "$1/shards/$poison"
}
expect_poison_alone() { # OUT LOG
  [ "$(find "$1/results" -name '[0-9]*.tar' | wc -l)" = $((n - 1)) ] || fail "expected $((n - 1)) results in $1"
  [ ! -e "$1/results/${poison%.gz}" ] || fail "the poison shard has a result"
  grep -q "1 shards FAILED" "$2" || fail "$2 does not say that one shard failed"
  grep -q "shards/$poison, last on node[0-9].*: status 2" "$2" || fail "$2 does not name the poison shard"
  grep -q "Unexpected EOF\|unexpected end of file" "$1/log" || fail "$1/log does not say what ails the poison shard"
}
# Mends the poison; the same command then runs it, and nothing else.
mend() { # OUT LOG COMMAND…
  find "$1/results" -name '[0-9]*.tar' -printf '%f %T@\n' | sort > "$work/before"
  cp "$work/whole" "$1/shards/$poison"
  "${@:3}" 2> "$2" || { cat "$2"; fail "the mended shard fails"; }
  grep -q "1 of $n shards to run" "$2" || fail "more than the mended shard ran"
  find "$1/results" -name '[0-9]*.tar' -printf '%f %T@\n' | sort | grep -v "^${poison%.gz} " | cmp - "$work/before" || fail "other results were made anew"
  [ -z "$(find "$1/results" -name '.*.tar*')" ] || fail "half a result was left"
}

if [ "$small" ]; then
  host 1; host 2
  printf '1/node%s\n' 1 2 > "$work/hosts.txt"
  scripts/shards-cut.sh "$notebooks" "$work/list" "$depth" "$size" "$work/ssh"
  scripts/shards-ssh.sh "$work/ssh" "$work/hosts.txt" 2> "$work/ssh.log" || { cat "$work/ssh.log" >&2; fail "a shard fails"; }
  compare "$work/ssh"
  took "over ssh, $(find "$work/ssh/results" -name '[0-9]*.tar' | wc -l) shards on two hosts"
  exit
fi
host 1; host 2; host 3 256m; host 4 '' bwrap
printf '1/node%s\n' 1 2 3 4 > "$work/hosts.txt"
took "four hosts"

# --- Over ssh: a host dies in the middle, the next has a full disk, one no sandbox; a shard is poison ---
cut_with_poison "$work/ssh"
scripts/shards-ssh.sh "$work/ssh" "$work/hosts.txt" 2> "$work/ssh.log" &
run=$!
wait_until() { # COMMAND…
  until "$@"; do kill -0 $run 2> /dev/null || { cat "$work/ssh.log" >&2; fail "the run ended before: $*"; }; sleep .2; done
}
# The disk of the third host fills up while it works.
# shellcheck disable=SC2086 # a command and its arguments
wait_until $PARALLEL_SSH node3 'ls -d nalin/.shard.* > /dev/null 2>&1'
# shellcheck disable=SC2086
$PARALLEL_SSH node3 'cat /dev/zero > nalin/filler 2> /dev/null' || true
# The second dies in the middle of a shard, as soon as two are done.
two_done() { [ "$(find "$work/ssh/results" -name '[0-9]*.tar' 2> /dev/null | wc -l)" -ge 2 ] && [ -n "$(find "$work/node2/nalin" -maxdepth 1 -name '.shard.*')" ]; }
wait_until two_done
dying=$(find "$work/ssh/results" -name '[0-9]*.tar' | wc -l)
kill -9 "${pids[1]}"
status=0; wait $run || status=$?
[ $status = 1 ] || { cat "$work/ssh.log" >&2; fail "expected status 1 for a poison shard, found $status"; }
expect_poison_alone "$work/ssh" "$work/ssh.log"
grep -q "No space left" "$work/ssh/log" || fail "the full disk is not told of"
done_on() { for result in "$work/ssh/results/"*.tar; do tar -xOf "$result" ./account.json; done | jq -r .host | sort | uniq -c | awk '{ print $2 ": " $1 }' | paste -sd, ; }
took "over ssh, $n shards, the second host killed after $dying, the third with a disk that filled up; done on $(done_on)"
grep -A9 "1/node4 is left out" "$work/ssh.log" | grep -q "LACKING: bubblewrap is not installed: apt-get" ||
  fail "the host without bubblewrap is not left out with advice"
# This time as if all hosts shared the folder.
mend "$work/ssh" "$work/ssh2.log" env SHARED=1 scripts/shards-ssh.sh "$work/ssh" "$work/hosts.txt"
grep -q "1/node2 is left out" "$work/ssh2.log" || fail "the dead host is not named"
took "only the mended shard again, on a shared folder; the dead host named and left out"
compare "$work/ssh"
took "merged"

# --- Through Slurm --------------------------------------------------------------------------------
scripts/setup.sh --tools slurmctld slurmd sbatch:slurm-client
for tool in slurmctld slurmd sbatch; do
  command -v $tool > /dev/null || { say "SKIPPED the part with Slurm: $tool is not installed"; exit; }
done
mkdir -p "$work/slurm-state"
port=$((20000 + ($$ * 4) % 12000 + 20000))
cat > "$work/slurm.conf" << CONF
ClusterName=test
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/none
CredType=cred/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
StateSaveLocation=$work/slurm-state
SlurmdSpoolDir=$work/slurm-state/%n
SlurmctldPidFile=$work/slurm-state/slurmctld.pid
SlurmdPidFile=$work/slurm-state/%n.pid
NodeName=node1 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 State=UNKNOWN
NodeName=node2 NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 State=UNKNOWN
PartitionName=all Nodes=node[1-2] Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf
slurmctld -D > "$work/slurmctld.log" 2>&1 & pids+=($!); disown
for node in node1 node2; do slurmd -D -N $node > "$work/slurmd.$node.log" 2>&1 & pids+=($!); disown; done
for _try in $(seq 60); do [ "$(sinfo -h -t idle -o %D 2> /dev/null)" = 2 ] && break; sleep .5; done
[ "$(sinfo -h -t idle -o %D 2> /dev/null)" = 2 ] || { say "SKIPPED the part with Slurm: its daemons do not come up here ($work/slurmctld.log)"; exit; }
took "Slurm with two nodes"
cut_with_poison "$work/slurm"
status=0
TASKS=4 RETRIES=2 SCRATCH=$work/scratch scripts/shards-slurm.sh "$work/slurm" 2> "$work/slurm.log" || status=$?
[ $status = 1 ] || { cat "$work/slurm.log" >&2; fail "expected status 1 for a poison shard, found $status"; }
expect_poison_alone "$work/slurm" "$work/slurm.log"
took "through Slurm, $n shards"
mend "$work/slurm" "$work/slurm2.log" env SCRATCH="$work/scratch" scripts/shards-slurm.sh "$work/slurm"
compare "$work/slurm"
took "only the mended shard again, and merged"
say "everything holds"
