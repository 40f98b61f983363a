#!/usr/bin/env bash
# Installs what one use of this checkout needs, and nothing twice.
#   setup.sh run | demo | dev
# System packages come from the distribution, Python packages from the lock files, into .venv.
# No system service is started or enabled.
set -euo pipefail
cd "$(dirname "$0")/.."
use=${1:?run, demo or dev}

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

case $use in
    run) lock=docker/monolithic/requirements-monolithic.txt; extra="" ;;
    demo) lock=requirements/demo.txt; extra="flite" ;;
    dev) lock=requirements/dev.txt; extra="flite postgresql pulseaudio" ;;
    *) fail "unknown use '$use': run, demo or dev" ;;
esac

case $(uname -s) in
    Linux) ;;
    Darwin) fail "macOS is not supported directly: use Docker, or a Linux virtual machine." ;;
    *) fail "this system is not supported directly: use Docker, or WSL2 on Windows." ;;
esac
case $(uname -m) in
    x86_64 | aarch64) ;;
    *) fail "processor $(uname -m) is not supported: x86_64 or aarch64." ;;
esac

. /etc/os-release
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"

# --- system packages -------------------------------------------------------------------------
installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

wanted="xvfb xdotool redis-tools libnss3-tools fonts-liberation ca-certificates $extra"
[ "${ID:-}" = ubuntu ] || wanted="chromium $wanted"
python=""
for candidate in python3.12 python3.11 python3; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null; then
        python=$(command -v "$candidate")
        break
    fi
done
[ -n "$python" ] || fail "Python 3.11 or 3.12 is needed; Debian 12 and Ubuntu 24.04 have it as python3."
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    wanted="$wanted $(basename "$(readlink -f "$python")")-venv"
fi

install_packages() {
    local guard=/usr/sbin/policy-rc.d made_guard=""
    # a package may bring a service: this keeps the installer from starting it
    if [ ! -e $guard ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee $guard >/dev/null
        $as_root chmod +x $guard
        made_guard=yes
    fi
    local failed=""
    $as_root apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" \
            >.setup.log 2>&1 || failed=yes
    [ -z "$made_guard" ] || $as_root rm -f $guard
    [ -z "$failed" ] || { tail -n 20 .setup.log >&2; fail "apt-get could not install: $*"; }
    rm -f .setup.log
    case " $* " in
        *" postgresql "*)
            if [ -d /run/systemd/system ]; then
                $as_root systemctl disable --quiet postgresql 2>/dev/null || true
            fi
            ;;
    esac
}

if command -v dpkg-query >/dev/null; then
    missing=""
    for package in $wanted; do installed "$package" || missing="$missing $package"; done
    if [ -n "$missing" ]; then
        if [ -n "$as_root" ] && ! command -v sudo >/dev/null; then
            fail "as root, run: apt-get install --no-install-recommends$missing"
        fi
        say "installing system packages:$missing"
        # shellcheck disable=SC2086
        install_packages $missing
    fi
else
    say "not a Debian system: install these yourself if they are missing: $wanted"
fi

# --- Python packages -------------------------------------------------------------------------
if [ ! -x .venv/bin/python ]; then
    say "making .venv with $("$python" --version)"
    "$python" -m venv .venv
fi
stamp=.venv/.installed-$use
key=$(cat "$lock" requirements/build.txt pyproject.toml | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$key" ]; then
    say "installing Python packages of $lock (a minute or two)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements/build.txt -r "$lock"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
        --no-build-isolation --editable .
    if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
        say "installing Playwright's own Chromium"
        $as_root .venv/bin/playwright install --with-deps chromium
    fi
    echo "$key" >"$stamp"
fi

# --- packages that the tests use as clients, or to make one -----------------------------------
if [ "$use" = dev ]; then
    # what the generator pins otherwise than we do lies beside our packages, and only it sees that
    beside=tests/integration/clients/generated/requirements.txt
    key=$(sha256sum <$beside)
    if [ "$(cat .venv/beside/.installed 2>/dev/null)" != "$key" ]; then
        say "installing the generator of clients"
        rm -rf .venv/beside
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
            --require-hashes --target .venv/beside -r $beside
        echo "$key" >.venv/beside/.installed
    fi
    wanted_by=tests/integration/clients/npm
    key=$(cat $wanted_by/package*.json | sha256sum)
    if [ "$(cat .venv/npm/.installed 2>/dev/null)" != "$key" ]; then
        say "installing JavaScript packages of $wanted_by"
        mkdir -p .venv/npm
        cp $wanted_by/package.json $wanted_by/package-lock.json .venv/npm/
        # npm checks the hashes of the lock, and takes pip's extra authority if there is one
        NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-${PIP_CERT:-}} PATH="$PWD/.venv/bin:$PATH" \
            npm ci --prefix .venv/npm \
            --ignore-scripts --no-audit --no-fund --loglevel=error >&2
        echo "$key" >.venv/npm/.installed
    fi
fi
