#!/usr/bin/env bash
# `make bare-test`: the two commands of the README on a clean Debian 12, in a chroot that has git,
# make and Python and nothing else. As root, on Debian 12. The last line is one JSON object.
#   SPEECH=DIR   human speech for the demo and the tests
#   BARE_DIR     where the chroot is made (default: a new folder under /tmp), removed at the end
set -euo pipefail
cd "$(dirname "$0")/.."
started=$(date +%s)
say() { printf 'bare-test: %s\n' "$*" >&2; }
[ "$(id -u)" = 0 ] || { say "needs root, for chroot"; exit 1; }
command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >&2

root=${BARE_DIR:-$(mktemp -d /tmp/vexa-bare-XXXXXX)}
cleanup() {
    for mount in dev/shm dev/pts dev proc; do umount -l "$root/$mount" 2>/dev/null || true; done
    case $root in /tmp/vexa-bare-*) rm -rf --one-file-system "$root" ;; esac
}
trap cleanup EXIT

say "making a clean Debian 12 in $root"
# other users of the chroot must be able to enter its root
chmod 755 "$root"
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null |
    awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }
         $1 == "URIs:" { print $2; exit }' || true)
debootstrap --variant=minbase --include=git,make,python3,ca-certificates bookworm "$root" "$mirror" >&2
rm -f "$root/etc/apt/sources.list"
for list in sources.list sources.list.d/debian.sources; do
    [ ! -f "/etc/apt/$list" ] || cp "/etc/apt/$list" "$root/etc/apt/$list"
done
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/hosts "$root/etc/hosts"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --make-private "$root/dev"
mount -t devpts devpts "$root/dev/pts" 2>/dev/null || true
mount -t tmpfs -o size=1g tmpfs "$root/dev/shm"

# the host's own way to the package index, if it has one: an authority and pip's settings
environment=(HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
if [ -n "${PIP_CERT:-}" ]; then
    cp "$PIP_CERT" "$root/etc/host-ca.pem"
    environment+=(PIP_CERT=/etc/host-ca.pem)
fi
[ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$root/etc/pip.conf"
if [ -n "${SPEECH:-}" ]; then
    mkdir -p "$root/srv/speech"
    cp -r "$SPEECH/." "$root/srv/speech/"
    environment+=(SPEECH=/srv/speech)
fi
git clone -q . "$root/srv/vexa"
commit=$(git -C "$root/srv/vexa" rev-parse HEAD)

inside() { chroot "$root" /usr/bin/env -i "${environment[@]}" DEMO_EXIT=1 SEED="${SEED:-7}" \
    /bin/sh -c "cd /srv/vexa && $1"; }

passed=true
say "make demo"
demo_from=$(date +%s)
inside "make demo" >"$root/srv/demo.out" || passed=false
demo_s=$(($(date +%s) - demo_from))
tail -n 1 "$root/srv/demo.out" >&2

say "make test"
test_from=$(date +%s)
inside "make test" >"$root/srv/test.out" || passed=false
test_s=$(($(date +%s) - test_from))
tail -n 1 "$root/srv/test.out" >&2

printf '{"schema": 1, "commit": "%s", "cores": %s, "duration_s": %s, "base": "%s", "demo_s": %s, "test_s": %s, "passed": %s}\n' \
    "$commit" "$(nproc)" "$(($(date +%s) - started))" \
    "debian-$(cat "$root/etc/debian_version")" "$demo_s" "$test_s" "$passed"
[ "$passed" = true ]
