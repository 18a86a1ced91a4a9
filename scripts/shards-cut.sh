#!/usr/bin/env bash
# Cuts a list of notebooks into shards: each a tar of notebooks together with the files they may read.
#
# usage: shards-cut.sh NOTEBOOKS LIST REPO_DEPTH SIZE OUT
#   e.g. scripts/shards-cut.sh studies build/big/list.txt 1 200 build/big
#
# Writes OUT/shards/00000.tar.gz and so on, SIZE notebooks of LIST (paths below NOTEBOOKS) each, in its order.
# A tar rather than a list: it needs no shared file system, travels as one file, and where there is a shared
# file system it is still read faster than a million small files. In it lie the whole repositories of its
# notebooks, because that is what a notebook may see; a repository that is cut in two lies in both shards.
# Of what lies in no repository, at the top, the files lie in the shard, not the folders beside them.
# Everything in it is readable by everybody: nbexec, started by root, reads as nobody.
set -euo pipefail
if [ $# != 5 ]; then sed -n '2,/^set/{/^set/!s/^# \?//p}' "$0" >&2; exit 2; fi
notebooks=$(realpath "$1") list=$(realpath "$2") depth=$3 size=$4 out=$5
export LC_ALL=C notebooks depth
if grep -qE '^(/|\.\.?/)' "$list"; then
  echo "shards-cut.sh: $list: expected paths below $notebooks, found $(grep -m1 -E '^(/|\.\.?/)' "$list")" >&2
  exit 2
fi
mkdir -p "$out/shards"
cd "$out/shards"
cut_as="$size $depth $notebooks $(sha256sum < "$list")"
if [ -e cut-as ] && [ "$(cat cut-as)" != "$cut_as" ]; then
  echo "shards-cut.sh: $out/shards was cut from another list, or otherwise: remove it, and $out/results" >&2
  exit 2
fi
echo "$cut_as" > cut-as

pack() { # .00042, a list; makes 00042.tar.gz
  set -euo pipefail
  number=${1#.} work=.work$1
  if [ -e "$number.tar.gz" ]; then rm "$1"; return; fi
  rm -rf "$work"
  mkdir "$work"
  echo "$depth" > "$work/repo-depth"
  mv "$1" "$work/list"
  # The first folders of each path, as many as name its repository.
  awk -F/ -v depth="$depth" 'NF > 1 {
    repo = $1; for (i = 2; i <= depth && i < NF; i++) repo = repo "/" $i; if (!seen[repo]++) print repo
  }' "$work/list" | while IFS= read -r repo; do
    if [ -e "$notebooks/$repo" ]; then echo "$repo"; fi # nb2py will say that it is not there
  done > "$work/files"
  if grep -qv / "$work/list"; then
    (cd "$notebooks" && find . -maxdepth 1 ! -type d -printf '%P\n' | sort) >> "$work/files"
  fi
  # The same files give the same bytes; their times stay, for notebooks can see them.
  as=(--file "$work/tar" --owner 0 --group 0 --numeric-owner --mode "u+rwX,go+rX" --sort name)
  tar --create "${as[@]}" --mtime @0 --directory "$work" list repo-depth
  tar --append "${as[@]}" --transform 's,^,files/,S' --directory "$notebooks" \
    --no-unquote --verbatim-files-from --files-from "$PWD/$work/files"
  gzip -n1 < "$work/tar" > "$work/gz"
  mv "$work/gz" "$number.tar.gz"
  rm -r "$work"
}
export -f pack
split --lines "$size" --numeric-suffixes --suffix-length 5 "$list" .
# shellcheck disable=SC2016 # expanded by the other bash
find . -maxdepth 1 -type f -name '.[0-9]*' -printf '%P\n' | sort |
  xargs --no-run-if-empty --max-args 1 --max-procs "$(nproc)" bash -c 'pack "$1"' pack
echo "shards-cut.sh: $(find . -name '*.tar.gz' | wc -l) shards of $size notebooks, $(du -sh . | cut -f1), in $out/shards" >&2
