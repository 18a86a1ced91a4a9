#!/usr/bin/env bash
# Reports for other programs, held against what those programs ask for.
# usage: schemas.sh BIN [FOLDER]   (make test-formats; needs npm and a network, once for each FOLDER)
#
# SARIF: the public schema and the rules of GitHub's code scanning, as Microsoft's validator knows them.
# Code quality: Code Climate's format in TypeScript, of which GitLab reads a part; GitLab's own four fields must
# be there as well. Findings are those of fixtures/planted, every pair one, and of the cells of fixtures/crashes
# that will fail.
set -euo pipefail
cd "$(dirname "$0")/../../.."
bin=$(realpath "$1")
peers=${2:-build/report-peers}
if ! command -v npm >/dev/null; then
  echo "schemas.sh: npm is not there, so nothing was tested" >&2
  exit
fi
mkdir -p "$peers"
npm install --prefix "$peers" --silent --no-audit --no-fund --save-exact \
  @microsoft/sarif-multitool@5.7.0 codeclimate-types@0.3.1 typescript@5.9.3
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT

report() { # FORMAT FILE
  "$bin/nalin-score" -q --findings --generic-names --stand-ins --min-score 0 --format "$1" -o "$part/names.$2" fixtures/planted/pairs.jsonl
  "$bin/nbcrashes" -q --predict --format "$1" -o "$part/crashes.$2" fixtures/odd fixtures/demo
  "$bin/nalin-score" -q --findings --format "$1" -o "$part/nothing.$2" /dev/null
}

report sarif sarif
# The validator is a program of .NET, which asks for a library of languages unless it is told not to.
validate() { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$peers/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool" validate "$@"; }
chmod +x "$peers/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
for log in "$part"/*.sarif; do
  validate "$log" --rule-kind "Sarif;Gh" --level Error --output "$part/validated" --log ForceOverwrite --quiet
  jq -r '.runs[0].results[]? | "\(.ruleId): \(.message | .text // .id)"' "$part/validated" > "$part/complaints"
  if [ -s "$part/complaints" ]; then
    echo "schemas.sh: $(basename "$log") is refused:" >&2
    cat "$part/complaints" >&2
    exit 1
  fi
done

report gitlab gitlab
for issues in "$part"/*.gitlab; do
  {
    echo "import type { Issue } from 'codeclimate-types'"
    echo "type Kept = Issue & Required<Pick<Issue, 'fingerprint' | 'severity'>>"
    echo -n "export const issues: Kept[] = "
    cat "$issues"
  } > "$issues.ts"
done
ln -s "$(realpath "$peers/node_modules")" "$part/node_modules"
"$peers/node_modules/.bin/tsc" --noEmit --strict --module nodenext --moduleResolution nodenext "$part"/*.gitlab.ts
jq -es 'all(add | group_by(.fingerprint)[]; length == 1)' "$part/names.gitlab" >/dev/null || {
  echo "schemas.sh: two findings share a fingerprint" >&2
  exit 1
}
echo "schemas.sh: $(jq -s 'map(.runs[0].results | length) | add' "$part"/*.sarif) results of SARIF and $(jq -s 'map(length) | add' "$part"/*.gitlab) issues of code quality are as asked for"
