#!/usr/bin/env bash
# Fuzzes targets of fuzz/ one after the other, each from its seeds.
# usage: scripts/fuzz.sh SECONDS TARGET…     (make fuzz)
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds=$1
shift
for target in "$@"; do
  corpus=corpus/$target
  mkdir -p "$corpus"
  flags=()
  case $target in
    notebook_reader) find ../fixtures -name '*.ipynb' -exec cp -t "$corpus" {} + ;;
    python_rewriter)
      for choice in 0 1 2 6; do printf "\\$choice" | cat - ../crates/nbinstrument/tests/torture.py > "$corpus/torture$choice"; done
      flags=(-dict=python.dict) ;;
    record_channel) cp seeds/record_channel/* "$corpus"; flags=(-dict=channel.dict) ;;
    archive_reader) cp seeds/archive_reader/* "$corpus"; flags=(-dict=archives.dict -malloc_limit_mb=300) ;;
    *) echo "fuzz: there is no target $target; ls fuzz/checks shows them" >&2; exit 2 ;;
  esac
  echo "fuzz: $target" >&2
  cargo +nightly fuzz run "$target" -- -max_total_time="$seconds" -timeout=10 "${flags[@]}"
done
