#!/usr/bin/env bash
# Hosts of our own on one machine, for test-cluster.sh and bench/cluster.sh, which source this file.
#
# `host NUMBER [SIZE [WITHOUT]]` starts node1, node2 and so on: an ssh daemon on a port of the loopback, with
# processes, mounts and a name of its own, a disk of SIZE where shards are worked on, WITHOUT a program. Key, home
# and known hosts are thrown away with $work: no account of this machine is touched. PARALLEL_SSH connects.
say() { echo "$(basename "$0" .sh): $*" >&2; }
skip() { say "SKIPPED, nothing was tested: $*"; exit 0; }
fail() { say "FAILED: $*"; say "everything lies in $work"; exit 1; }
took() { say "$1: $((SECONDS - since)) s"; since=$SECONDS; }

[ "$(id -u)" = 0 ] || skip "only root can start hosts with mounts and names of their own"
scripts/setup.sh --tools parallel rsync dropbear:dropbear-bin ssh:openssh-client unshare:util-linux jq zstd
for tool in parallel rsync dropbear ssh unshare jq zstd; do command -v $tool > /dev/null || skip "$tool is not installed"; done
unshare --mount --pid --fork --uts --mount-proc true 2> /dev/null || skip "this machine lets nobody have namespaces"

mkdir -p build
work=$(mktemp -d "$PWD/build/test-cluster.XXXXXX") since=$SECONDS
chmod 755 "$work"
pids=()
finish() {
  status=$?
  kill -9 "${pids[@]}" 2> /dev/null || true
  wait 2> /dev/null || true
  if [ $status = 0 ]; then rm -rf "$work"; fi
}
trap finish EXIT

ssh-keygen -q -t ed25519 -N '' -f "$work/key"
dropbearkey -t ed25519 -f "$work/hostkey" > /dev/null 2>&1
printf 'User root\nIdentityFile %s\nIdentitiesOnly yes\nUserKnownHostsFile %s\nStrictHostKeyChecking no\nLogLevel ERROR\nBatchMode yes\nConnectTimeout 10\n' \
  "$work/key" "$work/known_hosts" > "$work/config"
export PARALLEL_SSH="ssh -F $work/config"
host() {
  home=$work/node$1 port=$((20000 + ($$ * 4 + $1) % 12000))
  mkdir -p "$home/.ssh" "$home/nalin"
  chmod 700 "$home" "$home/.ssh"
  cp "$work/key.pub" "$home/.ssh/authorized_keys"
  sed "s,^root:.*,root:x:0:0:root:$home:/bin/bash," /etc/passwd > "$home/passwd"
  chmod 644 "$home/passwd"
  printf 'Host node%s\n HostName 127.0.0.1\n Port %s\n' "$1" $port >> "$work/config"
  # A process namespace: killing its first process is pulling the plug.
  # shellcheck disable=SC2016 # expanded by the other bash
  unshare --mount --pid --fork --kill-child --uts --mount-proc bash -euc '
    hostname "$1"; mount --bind "$2/passwd" /etc/passwd
    if [ -n "$3" ]; then mount -t tmpfs -o "size=$3" disk "$2/nalin"; fi
    if [ -n "$6" ]; then mount --bind "$2/passwd" "$(command -v "$6")"; fi # no program, and not executable
    exec dropbear -F -E -p "127.0.0.1:$4" -r "$5" -P "$2/pid"' host "node$1" "$home" "${2-}" $port "$work/hostkey" "${3-}" 2> "$home/sshd.log" &
  pids+=($!)
  disown
  for _try in $(seq 50); do $PARALLEL_SSH "node$1" true 2> /dev/null && return; sleep .1; done
  cat "$home/sshd.log" >&2
  fail "node$1 does not answer"
}
