#!/bin/bash
# `docker exec vexa vexa …`: the command sees what the programs see, and runs under their account.
set -euo pipefail
environment=${VEXA_RUN_DIR:-/run/vexa}/environment
if [ "$(id -u)" = 0 ] && [ -r "$environment" ]; then
    while IFS= read -r -d '' pair; do export "${pair?}"; done <"$environment"
    exec setpriv --reuid=vexa --regid=vexa --init-groups --inh-caps=-all --ambient-caps=-all \
        --no-new-privs -- /opt/vexa/bin/vexa "$@"
fi
exec /opt/vexa/bin/vexa "$@"
