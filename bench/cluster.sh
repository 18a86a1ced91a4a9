#!/usr/bin/env bash
# The same notebooks by the plain pipeline with two workers, and as shards on two hosts with a slot each (of our own,
# on this machine: scripts/test-hosts.sh): wall time, and CPU time of all that ran.
# usage: bench/cluster.sh PROGRAMS PYTHON NOTEBOOKS LIST REPO_DEPTH [SHARD]   (as root: CPU time is that of a control group)
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=$(realpath "$1") PYTHON=$(realpath -s "$2") notebooks=$(realpath "$3") depth=$5 size=${6:-50}
export BIN PYTHON
# shellcheck source=scripts/test-hosts.sh
. scripts/test-hosts.sh
cp "$4" "$work/list"
groups=/sys/fs/cgroup/cpuacct usage=cpuacct.usage
if [ ! -d $groups ]; then groups=/sys/fs/cgroup usage=cpu.stat; fi
# Runs a command in a control group of its own; prints its wall and CPU seconds.
measure() {
  group=$groups/nalin-bench-$$.$1
  mkdir "$group"
  start=$(date +%s.%N)
  (echo $BASHPID > "$group/cgroup.procs"; "${@:2}")
  end=$(date +%s.%N)
  # cpuacct counts nanoseconds, cpu.stat microseconds behind a name.
  awk -v wall="$(echo "$end $start" | awk '{ print $1 - $2 }')" 'NR == 1 { print wall, $2 ? $2 / 1e6 : $1 / 1e9 }' "$group/$usage"
}
plain() {
  "$BIN/nb2py" -q --root "$notebooks" --files-from "$work/list" --repo-depth "$depth" --rejects "$work/rejects" |
    "$BIN/nbinstrument" -q --rejects "$work/rejects2" |
    "$BIN/nbexec" -q -j2 --root "$notebooks" --python "$PYTHON" -o "$work/plain.jsonl.zst"
}
cluster() {
  host 1; host 2
  printf '1/node1\n1/node2\n' > "$work/hosts.txt"
  scripts/shards-ssh.sh "$work/out" "$work/hosts.txt" 2> "$work/ssh.log" || { cat "$work/ssh.log" >&2; return 1; }
  kill -9 "${pids[@]}"
}
say "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
read -r wall cpu <<< "$(measure plain plain)"
say "plain: $wall s of wall time, $cpu CPU s; load $(cut -d' ' -f1-3 /proc/loadavg)"
scripts/shards-cut.sh "$notebooks" "$work/list" "$depth" "$size" "$work/out"
read -r wall2 cpu2 <<< "$(measure cluster cluster)"
say "cluster: $wall2 s of wall time, $cpu2 CPU s; load $(cut -d' ' -f1-3 /proc/loadavg)"
rmdir $groups/nalin-bench-$$.* 2> /dev/null || true
awk -v n="$(wc -l < "$work/list")" "BEGIN { printf \"%d notebooks: efficiency %.2f of the wall time, %.2f of the CPU time\n\", n, $wall / $wall2, $cpu / $cpu2 }"
