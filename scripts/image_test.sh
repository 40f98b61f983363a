#!/usr/bin/env bash
# `make image-test` and `make seed-check`: builds the image and runs one command with it, without a
# Docker engine: podman in a mount namespace and a network namespace of its own. As root, on Debian.
#   image_test.sh COMMAND…    run where `tests.image.engine` finds the image
#   SPEECH=DIR                human speech for the meetings
#   KEEP_IMAGE=1              use the image as it was built last
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf 'image-test: %s\n' "$*" >&2; }
[ "$(id -u)" = 0 ] || { say "needs root, for namespaces"; exit 1; }
scripts/setup.sh dev

missing=""
for package in podman crun debootstrap iproute2; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        missing="$missing $package"
done
# shellcheck disable=SC2086
[ -z "$missing" ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends $missing >&2

# podman's runtime wants one version of cgroups, and some hosts mount both
if [ -z "${VEXA_IMAGE_INSIDE:-}" ]; then
    export VEXA_IMAGE_INSIDE=1
    exec unshare --mount sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"' sh "$0" "$@"
fi

base=docker.io/library/debian:bookworm-slim
if ! podman image exists "$base"; then
    say "making the base image by debootstrap"
    root=$(mktemp -d /tmp/vexa-base-XXXXXX)
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null |
        awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }
             $1 == "URIs:" { print $2; exit }' || true)
    debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$mirror" >&2
    rm -f "$root/etc/apt/sources.list"
    for list in sources.list sources.list.d/debian.sources; do
        [ ! -f "/etc/apt/$list" ] || cp "/etc/apt/$list" "$root/etc/apt/$list"
    done
    tar -C "$root" -c . | podman import - "$base" >&2
    rm -rf --one-file-system "$root"
fi

network=vexa-image
cleanup() { ip netns del "$network" 2>/dev/null || true; }
cleanup
ip netns add "$network"
trap cleanup EXIT
ip -n "$network" link set lo up
PYTHONPATH=. HF_HUB_OFFLINE=1 VEXA_IMAGE_OUTSIDE=$$ nsenter --net="/run/netns/$network" "$@"
