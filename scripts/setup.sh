#!/usr/bin/env bash
# Makes a private Python environment and sees to a sandbox.
# usage: scripts/setup.sh VENV REQUIREMENTS
#        scripts/setup.sh --tools NAME…   only sees to programs that the tests use
# Everything is installed in VENV; only bubblewrap (and, on Debian, Python's venv module) come
# through apt, when we are root and they are missing. Otherwise it says what to type.
set -euo pipefail

apt_install() { # WHY PACKAGE…
  local why=$1
  shift
  [ $# -gt 0 ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "setup: installing $* ($why)" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"; } >/dev/null 2>&1 ||
      echo "setup: apt-get could not install $*" >&2
  else
    echo "setup: $* is missing ($why). To have it, type: sudo apt-get install $*" >&2
  fi
}

if [ "$1" = --tools ]; then
  # A program, or program:package where Debian's package has another name; all that are missing in one go.
  missing=()
  for tool in "${@:2}"; do command -v "${tool%:*}" >/dev/null || missing+=("${tool#*:}"); done
  apt_install "the tests use it" "${missing[@]}"
  exit
fi

venv=$1 requirements=$2
missing=()
command -v bwrap >/dev/null || missing+=(bubblewrap)
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
apt_install "the sandbox that notebooks run in, private Python environments" "${missing[@]}"
command -v python3 >/dev/null || { echo "setup: python3 (3.8 or newer) is needed" >&2; exit 2; }

rm -rf "$venv.part"
python3 -m venv "$venv.part"
echo "setup: installing $(grep -c '^[a-z]' "$requirements") pinned packages into $venv" >&2
# A list that says so has every dependency pinned: the environment is what it says, and nothing else.
whole=()
if grep -q -- '^# .*--no-deps' "$requirements"; then whole=(--no-deps); fi
"$venv.part/bin/python" -m pip install --quiet --disable-pip-version-check "${whole[@]}" --requirement "$requirements"
if [ ${#whole[@]} = 1 ]; then "$venv.part/bin/python" -m pip check >&2; fi
# A venv holds its own path in its scripts only; we call its python alone, which finds its home by itself.
rm -rf "$venv"
mv "$venv.part" "$venv"
cp "$requirements" "$venv/requirements.txt"
