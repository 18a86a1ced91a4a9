#!/usr/bin/env bash
# The proofs that take too long for `make test`: runs them and writes down what came out, and what it rests on.
# usage: scripts/proofs.sh [NAME…]     (make proofs; PROOFS="test-cluster test-hooks")
#        scripts/proofs.sh --stale     names those whose crates have changed since; status 1 if there are any
#
# docs/proofs.jsonl has a line for each: the target of make, the last line that it said, the day, and of everything
# that it rests on the hash of its tree in git. What is not committed is not proven: it refuses.
set -euo pipefail
cd "$(dirname "$0")/.."
file=docs/proofs.jsonl
# The crates that some crates stand on, themselves among them, a path a line: what cargo knows.
crates() {
  cargo metadata --no-deps --offline --format-version 1 | jq -r --args '
    ([.packages[] | {key: .name, value: [.dependencies[] | select(.path and .kind != "dev").name]}] | from_entries) as $below
    | def all: (. + map($below[.][]) | unique) as $more | if $more == . then . else $more | all end;
    $ARGS.positional | unique | all[] | "crates/" + .' "$@"
}
# What each rests on: paths, a line each.
rests_on() {
  local front="nb2py nbinstrument" runtime="python/nalin_runtime"
  # shellcheck disable=SC2086
  case $1 in
    check-corpus-front) crates $front; printf '%s\n' fixtures/demo ;;
    test-cluster) crates $front nbexec assign-merge negsample
      printf '%s\n' $runtime scripts/shard.sh scripts/shards-{cut,merge,ssh}.sh scripts/test-{cluster,hosts}.sh ;;
    test-container) crates nbexec; printf '%s\n' $runtime crates/nbexec/tests Dockerfile.runner scripts/test-container.sh ;;
    test-crashes) crates $front nbexec crash; printf '%s\n' $runtime fixtures/crashes scripts/crash-cases.py ;;
    test-formats) crates nalin-score crash; printf '%s\n' models ;;
    test-hooks) crates $front nbexec assign-merge nalin-score nalin; printf '%s\n' $runtime models scripts/test-hooks.sh ;;
    test-kernel) crates $front nbexec; printf '%s\n' $runtime scripts/kernel.py ;;
    test-packages) crates $front nbexec; printf '%s\n' $runtime requirements-runner.txt fixtures/packages scripts/packages.py ;;
    test-scaling) crates $front nbexec nbliterals assign-merge negsample nalin-score crash trace
      printf '%s\n' $runtime scripts/scaling.py ;;
    test-traces) crates nbexec trace; printf '%s\n' $runtime fixtures/traces ;;
    *) echo "proofs: there is no proof $1" >&2; return 2 ;;
  esac
}
all="check-corpus-front test-cluster test-container test-crashes test-formats test-hooks test-kernel test-packages test-scaling test-traces"
trees() { # NAME: a JSON object
  local paths
  paths=$(rests_on "$1")
  for path in $paths; do printf '%s\t%s\n' "$path" "$(git rev-parse "HEAD:$path")"; done |
    jq -R 'split("\t") | {(.[0]): .[1]}' | jq -cs add
}

if [ "${1-}" = --stale ]; then
  status=0
  for name in $all; do
    known=$(jq -c --arg name "$name" 'select(.proof == $name).trees' "$file" 2> /dev/null || true)
    if [ -z "$known" ]; then echo "$name: was never run"; status=1; continue; fi
    changed=$(jq -rn --argjson old "$known" --argjson new "$(trees "$name")" \
      '[$new | to_entries[] | select($old[.key] != .value).key] | join(", ")')
    if [ -n "$changed" ]; then echo "$name: changed since: $changed"; status=1; fi
  done
  exit $status
fi
[ -z "$(git status --porcelain --untracked-files=no)" ] || { echo "proofs: commit first: what is not committed is not proven" >&2; exit 2; }
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
status=0
for name in ${*:-$all}; do
  trees=$(trees "$name") start=$SECONDS
  echo "proofs: $name" >&2
  if ! make --no-print-directory "$name" > "$part/said" 2>&1; then
    tail -n 20 "$part/said" >&2
    echo "proofs: $name FAILED" >&2
    status=1
    continue
  fi
  # A proof that was skipped proves nothing.
  if skipped=$(grep -m1 SKIPPED "$part/said"); then echo "proofs: $name: $skipped" >&2; status=1; continue; fi
  said=$(grep -v '^$' "$part/said" | tail -n 1 || true)
  touch "$file"
  jq -c --arg name "$name" 'select(.proof != $name)' "$file" > "$part/others"
  jq -cn --arg proof "$name" --arg date "$(date -u +%F)" --arg said "$said" --argjson seconds $((SECONDS - start)) --argjson trees "$trees" \
    '{$proof, $date, $said, $seconds, $trees}' | cat "$part/others" - | LC_ALL=C sort > "$part/new"
  cp "$part/new" "$file"
done
exit $status
