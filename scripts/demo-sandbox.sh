#!/usr/bin/env bash
# Prints the flags with which the demo runs its notebooks: none where a sandbox works; otherwise the demo goes on
# without one, loudly.
# usage: scripts/demo-sandbox.sh NBEXEC PYTHON
set -euo pipefail
"$1" --self-test --root fixtures/demo --python "$2" > /dev/null 2>&1 && exit
echo "WARNING: no sandbox works here: the demo's own notebooks run WITHOUT ISOLATION." >&2
echo "WARNING: never do this with notebooks of others (docs/sandbox.md)." >&2
echo "--sandbox none"
