#!/usr/bin/env bash
# Both hooks of .pre-commit-hooks.yaml under pre-commit itself, in a repository of fixtures.
# usage: scripts/test-hooks.sh [--small] BIN VENV [TOOLS]   (make test-hooks)
# --small: without pre-commit; what it would call is called as the hooks say.
# Every value is a finding here (--min-score 0): what the model of the day thinks of a notebook is not what is tried.
#   VENV   an environment with requirements.txt, in which the notebooks run
#   TOOLS  where pre-commit is installed, once (build/venv-hooks)
set -euo pipefail
cd "$(dirname "$0")/.."
small=
if [ "${1-}" = --small ]; then small=1; shift; fi
bin=$(realpath "$1") venv=$(realpath "$2") tools=${3:-build/venv-hooks}
[ "$small" ] || [ -x "$tools/bin/pre-commit" ] || {
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check pre-commit==4.7.0
}
[ "$small" ] || tools=$(realpath "$tools")
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
export PATH="$bin:$venv/bin:$tools/bin:$PATH" PRE_COMMIT_HOME=$part/cache PRE_COMMIT_COLOR=never
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b

fail() { echo "test-hooks: $1" >&2; cat "$part/said" >&2; exit 1; }
says() { # TEXT WHAT
  grep -q -- "$1" "$part/said" || fail "$2"
}
# Runs pre-commit, and holds against STATUS what it ends with.
hooks() { # STATUS ARGUMENT…
  local status=0
  pre-commit run "${@:2}" > "$part/said" 2>&1 || status=$?
  [ "$status" = "$1" ] || fail "pre-commit run ${*:2} ends with $status, not $1"
}

if [ "$small" ]; then
  # `pre-commit run [--all-files] [--files FILE…] [--hook-stage manual] [ID]`: the entry of each hook of that stage with
  # its arguments and the notebooks; without --all-files those that git has in its index and not in the last commit.
  pre-commit() {
    local stage=pre-commit wanted='' status=0 files
    files=$(git diff --cached --name-only -- '*.ipynb')
    shift
    while [ $# -gt 0 ]; do
      case $1 in
        --all-files) files=$(git ls-files -- '*.ipynb') ;;
        --files) files=$2; shift ;;
        --hook-stage) stage=$2; shift ;;
        *) wanted=$1 ;;
      esac
      shift
    done
    if [ -z "$files" ]; then echo "(no files to check)"; return; fi
    while read -r id; do
      if [ -n "$wanted" ] && [ "$wanted" != "$id" ]; then continue; fi
      hook=$(sed -n "/^- id: $id\$/,/^- id: /p" "$part/hooks/.pre-commit-hooks.yaml" | sed '1!{/^- id:/d}')
      case $stage$hook in
        pre-commit*"stages: [manual]"*) continue ;;
      esac
      # shellcheck disable=SC2046,SC2086 # words
      $(sed -n 's/^  entry: //p' <<< "$hook") $(sed -n "s/.*{id: $id, args: \[\(.*\)\]}/\1/p" .pre-commit-config.yaml | tr -d ',"') $files || status=1
    done < <(sed -n 's/^- id: //p' "$part/hooks/.pre-commit-hooks.yaml")
    return $status
  }
fi

# What pre-commit clones: the hooks as they stand here, committed or not.
mkdir "$part/hooks" "$part/work"
cp .pre-commit-hooks.yaml "$part/hooks"
(cd "$part/hooks" && git init -q && git add . && git commit -qm hooks)
cp -r fixtures/demo/energy "$part/work"
cd "$part/work"
configure() { # ARGS
  cat > .pre-commit-config.yaml <<YAML
repos:
  - repo: $part/hooks
    rev: $(git -C "$part/hooks" rev-parse HEAD)
    hooks:
      - {id: nalin-recorded, args: [--min-score, "0"$1]}
      - {id: nalin-run-in-sandbox, args: [--min-score, "0"]}
YAML
  git add .
}
git init -q
configure ""
git commit -qm notebooks

hooks 1 --all-files
says "cannot .*\.nalin\.jsonl\.zst" "where nothing was recorded, the hook says so"

nalin check --quiet --record .nalin.jsonl.zst --output /dev/null energy
git add .
hooks 1 --all-files
says "NAL00" "the recorded hook reports findings"
! grep -q "sandbox" "$part/said" || fail "the hook that runs notebooks ran unasked"

nalin check --quiet --min-score 0 --recorded .nalin.jsonl.zst --write-baseline nalin-baseline.jsonl --output /dev/null energy
configure ", --baseline, nalin-baseline.jsonl"
hooks 0 --all-files
hooks 0 --files energy/meters.ipynb

sed -i 's/row_count/table/' energy/meters.ipynb
git add .
hooks 0
says "energy/meters.ipynb" "a notebook that was edited since is named"

hooks 1 --hook-stage manual --all-files nalin-run-in-sandbox
says "NAL00" "the sandboxed hook reports findings"

git commit -qm "what was found"
date > notes.txt
git add .
hooks 0
says "no files to check" "what is no notebook concerns no hook"
echo "test-hooks: both hooks do under pre-commit what they say"
