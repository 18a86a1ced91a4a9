#!/usr/bin/env bash
# The attack suite and ordinary notebooks through podman, for real, on an image made here.
# usage: scripts/test-container.sh [--image]   (as root on Debian; elsewhere it says that it skips, and ends with 0)
#   --image  only makes the image
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "test-container: SKIPPED, nothing was tested in a container: $1" >&2; exit 0; }

scripts/setup.sh --tools podman mmdebstrap runc
command -v podman >/dev/null || skip "podman is not installed"
image=localhost/nalin-test-runner:1
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
if ! podman image exists $image; then
  command -v mmdebstrap >/dev/null || skip "mmdebstrap is not installed, which makes the image's base"
  mmdebstrap --quiet --variant=minbase --include=python3 bookworm "$part/base.tar" || skip "no base image could be made"
  podman import --quiet "$part/base.tar" localhost/nalin-test-base:1 >/dev/null || skip "podman cannot import an image"
  : > "$part/none.txt"
  cp Dockerfile.runner "$part"
  podman build --quiet --isolation chroot --build-arg BASE=localhost/nalin-test-base:1 --build-arg REQUIREMENTS=none.txt \
    --file "$part/Dockerfile.runner" --tag $image "$part" >/dev/null || skip "podman cannot build an image"
fi
[ "${1-}" != --image ] || exit 0
can_run() {
  podman run --rm --network none --cap-drop all --ulimit nofile=1024:1024 --ulimit nproc=30000:30000 $image python3 -c 1
}
if ! can_run; then
  # crun refuses a machine that has control groups of both generations; runc does not.
  export CONTAINERS_CONF=$part/containers.conf
  printf '[engine]\nruntime = "runc"\n' > "$CONTAINERS_CONF"
  can_run || skip "podman cannot run a container here"
fi
NALIN_TEST_SANDBOX=podman NALIN_TEST_IMAGE=$image cargo test --quiet --locked --workspace --test nbexec attacks:: -- --test-threads 2
left=$(podman ps --quiet --filter name=nbexec-)
[ -z "$left" ] || { echo "test-container: containers are left: $left" >&2; exit 1; }
