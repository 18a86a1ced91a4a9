#!/usr/bin/env bash
# Gets wheels by name and unpacks them into one folder, as installed packages lie; nothing of them is run or imported.
# usage: scripts/bug-packages.sh LIST FOLDER   (LIST: a requirement a line)
set -euo pipefail
list=$1 folder=$2
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
mkdir -p "$folder"
grep -vE '^[[:space:]]*(#|-|$)' "$list" | while read -r requirement; do
  # One at a time: a package without a wheel must not cost the others.
  python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$wheels" "$requirement" ||
    echo "bug-packages: no wheel of $requirement" >&2
done
for wheel in "$wheels"/*.whl; do
  python3 -m zipfile -e "$wheel" "$folder"
done
echo "bug-packages: $(find "$folder" -maxdepth 1 -name '*.dist-info' | wc -l) packages in $folder" >&2
