#!/usr/bin/env bash
# Runs the unit and integration tests of one crate, out of the same build as all tests.
# usage: scripts/test-crate.sh CRATE [FLAG OF THE TEST PROGRAM…]
set -euo pipefail
cd "$(dirname "$0")/.."
crate=$1
folder=crates/$crate; [ "$crate" = xtask ] && folder=xtask
[ -f "$folder/Cargo.toml" ] || { echo "test-crate: there is no crate $crate; ls crates shows them" >&2; exit 2; }
integration=(); [ -f "$folder/tests/main.rs" ] && integration=(--test "$crate")
# Those that spawn the programs of others.
case $crate in nalin | xtask) cargo build --locked --workspace --bins ;; esac
programs=$(cargo test --locked --workspace --lib "${integration[@]}" --no-run --message-format json-render-diagnostics |
  jq -r --arg folder "/$folder#" 'select(.profile.test and .executable and (.package_id | contains($folder))) | .executable')
cd "$folder"
status=0
for program in $programs; do "$program" "${@:2}" || status=1; done
exit $status
