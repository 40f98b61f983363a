#!/bin/bash
# The container from start to end. As root it only hands out folders, starts supervisord, and
# carries the stop signal; every program runs under an account of its own.
#   entrypoint.sh            the server
#   entrypoint.sh COMMAND…   that command instead, such as `vexa doctor`
set -euo pipefail
umask 077
# all that has to be done within the 10 seconds of `docker stop`, with a second to spare
drain_s=5.5

say() { printf 'vexa: %s\n' "$*"; }
fail() { printf 'vexa: %s\n' "$*" >&2; exit 78; }
[ $# = 0 ] || exec "$@"
[ "$(id -u)" = 0 ] || fail "start the container as root; its programs then run as vexa and vexa-bot"
as_vexa=(setpriv --reuid=vexa --regid=vexa --init-groups --inh-caps=-all --ambient-caps=-all --)

# --- folders: mounts may belong to root, or to another image's numbers --------------------------
hand_over() { # MODE OWNER FOLDER: the folder, and what is in it
    install -d -m "$1" -o "$2" -g "$2" "$3"
    find "$3" -xdev ! -user "$2" -exec chown -h "$2:$2" {} +
}
hand_over 0700 vexa "$VEXA_HOME"
hand_over 0700 vexa "$HF_HOME"
hand_over 0700 vexa /var/log/vexa-bots
install -d -m 0711 -o vexa -g vexa "$VEXA_RUN_DIR" /var/lib/vexa-bots
install -d -m 0755 "$VEXA_LOG_DIR"
# the way to the models leads through folders of root
chmod 0711 /root "$(dirname "$HF_HOME")"
install -d -m 1777 /tmp/.X11-unix
rm -f /tmp/.X99-lock /tmp/.X11-unix/X99 "$VEXA_RUN_DIR"/*.sock "$VEXA_RUN_DIR/environment"

# --- configuration, stores, schema ---------------------------------------------------------------
"${as_vexa[@]}" /opt/vexa/bin/vexa container
while IFS= read -r -d '' pair; do export "${pair?}"; done <"$VEXA_RUN_DIR/environment"
# stays for `docker exec`, for root alone
chown root:root "$VEXA_RUN_DIR/environment"
# bots draw on the same display
chown vexa:vexa-bot "$VEXA_RUN_DIR/Xauthority"
chmod 0640 "$VEXA_RUN_DIR/Xauthority"

# --- logs: each program's file, with its name in front -------------------------------------------
programs=(supervisord xvfb whisperlive transcription-collector admin-api bot-manager api-gateway)
[ -z "$VEXA_STORES_CONFIG" ] || programs+=(redis)
files=()
for program in "${programs[@]}"; do
    files+=("$VEXA_LOG_DIR/$program.log")
    touch "$VEXA_LOG_DIR/$program.log"
done
tail -n 0 -F "${files[@]}" 2>/dev/null | mawk -W interactive '
    /^==> .* <==$/ { sub(/^.*\//, ""); sub(/\.log <==$/, ""); program = $0; next }
    length($0) { print program ": " $0 }' &

# --- programs -------------------------------------------------------------------------------------
# silent: its own lines come through its file too
"$VEXA_PYTHON" -m "$VEXA_SUPERVISORD" -n -s -u root -c /etc/supervisor/supervisord.conf &
supervisord=$!

stop() {
    trap '' TERM INT
    say "stopping: bots leave, last words are stored"
    /opt/vexa/bin/vexa drain --within "$drain_s" || true
    kill -TERM "$supervisord" 2>/dev/null || true
}
stopping=""
trap 'stopping=yes' TERM INT
status=0
# a signal ends the wait, not supervisord
wait "$supervisord" || status=$?
if [ -n "$stopping" ]; then
    stop
    wait "$supervisord" || true
    say "stopped"
    exit 0
fi
exit "$status"
