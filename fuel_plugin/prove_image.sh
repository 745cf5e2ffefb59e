#!/usr/bin/env bash
# Tests an image without Docker: runs it with its own user, settings and command in a buildah
# container, as the service on the Fuel master does, and checks it from outside.
#
#     prove_image.sh ARCHIVE.tar.gz       # as root; apt-get install buildah openssl curl
set -euo pipefail
store=$(mktemp -d)
export BUILDAH_ISOLATION=chroot
buildah=(buildah --root "$store/root" --runroot "$store/run")
running=
trap clean_up EXIT

# While it has a container, buildah's storage is a separate mount.
clean_up() {
    stop
    "${buildah[@]}" rm --all >/dev/null 2>&1 || true
    umount "$store/root/overlay" 2>/dev/null || true
    rm -rf "$store"
}

in_container() {
    "${buildah[@]}" run --network host "${settings[@]}" \
        --volume "$store/data:/var/lib/pumphouse" --volume "$store/etc:/etc/pumphouse:ro" \
        "$container" -- "$@"
}

# A buildah container shares the host's process ids, so that a signal can reach its process.
start() {
    # shellcheck disable=SC2016  # the shell in the container expands it
    in_container sh -c 'echo $$ >/var/lib/pumphouse/pid; exec "$0" "$@"' "${command[@]}" &
    running=$!
    for _ in $(seq 120); do
        in_container python3 /usr/local/bin/pumphouse-healthcheck 2>/dev/null && return
        sleep 1
    done
    echo "The image does not respond." >&2
    return 1
}

stop() {
    [ -n "$running" ] || return 0
    kill -TERM "$(cat "$store/data/pid")"
    wait "$running" || true
    running=
}

check() {
    local sentence=$1
    shift
    if ! "$@" >"$store/said" 2>&1; then
        echo "FAILED: $sentence" >&2
        cat "$store/said" >&2
        exit 1
    fi
    echo "$sentence"
}

gunzip -c "$1" >"$store/image.tar"
container=$("${buildah[@]}" from "docker-archive:$store/image.tar")
rm "$store/image.tar"
# Otherwise buildah sometimes mounts an empty directory over the mounted ones.
"${buildah[@]}" config --volume /var/lib/pumphouse- --volume /etc/pumphouse- "$container"
mapfile -t command < <("${buildah[@]}" inspect --type container \
    --format '{{range .OCIv1.Config.Entrypoint}}{{println .}}{{end}}{{range .OCIv1.Config.Cmd}}{{println .}}{{end}}' \
    "$container" | grep .)

owner=42480
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
install -d -o $owner -g $owner -m 0700 "$store/data"
install -d -o root -g $owner -m 0750 "$store/etc"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost \
    -out "$store/etc/tls.crt" -keyout "$store/etc/tls.key" 2>/dev/null
chown $owner "$store/etc/tls.key"
settings=(--env "PUMPHOUSE_BIND=127.0.0.1:$port" --env PUMPHOUSE_HOSTS=localhost
    --env PUMPHOUSE_TLS_CERTIFICATE=/etc/pumphouse/tls.crt
    --env PUMPHOUSE_TLS_KEY=/etc/pumphouse/tls.key --env PUMPHOUSE_HSTS_SECONDS=0)

may_not_write() { ! in_container sh -c 'touch /opt/pumphouse/x || touch /etc/x || touch /etc/pumphouse/x'; }
is_not_root() { [ "$(in_container id -u)" = $owner ]; }
has_no_tests() { ! in_container sh -c 'find / -xdev -path "*/pumphouse/*" -name "conftest.py" | grep .'; }
shows_login() { curl --silent --insecure "https://localhost:$port/login/" | grep 'name="csrfmiddlewaretoken"'; }
sends_plain_away() { ! curl --silent --fail "http://localhost:$port/login/"; }
knows_user() { in_container pumphouse user list | grep operator-one; }
add_user() { echo a-password-for-proof-only | in_container pumphouse user add operator-one --password-stdin; }
is_gone() { ! pgrep -u $owner -f gunicorn; }

check "It does not run as root." is_not_root
check "It can write only to its data." may_not_write
check "It contains no tests." has_no_tests
check "Its settings are fit for production." in_container django-admin check --deploy \
    --fail-level WARNING --settings dashboard.settings
check "It starts, and its health check passes." start
check "It serves the login page over TLS." shows_login
check "It serves nothing without TLS." sends_plain_away
check "A user can be added." add_user
check "It stops on SIGTERM." stop
check "Stopped, it leaves no process behind." is_gone
check "It starts again." start
check "It still has its data." knows_user
