#!/bin/sh
# Installs or upgrades Pumphouse on the Fuel master: loads the image, writes settings and a
# certificate if there are none yet, and runs the image as a service. It can be run at any time.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
plugin=$(cd "$here/../.." && pwd)
version=$(sed -n "s/^version: '\(.*\)'$/\1/p" "$plugin/metadata.yaml")
image=pumphouse:$version
owner=42480  # the user in the image; see the Dockerfile
unit=/etc/systemd/system/pumphouse.service
port=8444

fail() {
    echo "Pumphouse is not installed yet. $1 Then run: sh $here/install.sh" >&2
    exit 1
}

require_docker() {
    command -v docker >/dev/null ||
        fail "Docker is missing: run yum install docker."
    docker version >/dev/null 2>&1 || systemctl start docker ||
        fail "Docker does not start: see journalctl -u docker."
    docker_version=$(docker version --format '{{.Server.Version}}')
    case $docker_version in
        0.* | 1.[0-9].*) fail "Docker $docker_version cannot read the image: install 1.10 or newer." ;;
    esac
}

# The seccomp filters of old Docker versions answer unknown system calls with EPERM. The image's C
# library falls back on ENOSYS, but not on EPERM, and then cannot start a thread.
seccomp_option() {
    case $docker_version in
        1.10.*) echo "--security-opt seccomp:unconfined" ;;
        1.* | 1[789].* | 20.10.[0-9] | 20.10.[0-9]-*) echo "--security-opt seccomp=unconfined" ;;
    esac
}

# Docker 1.10 has neither of these options.
security_options() {
    case $docker_version in
        1.10.*) seccomp_option ;;
        *) echo "--security-opt no-new-privileges --pids-limit 4096 $(seccomp_option)" ;;
    esac
}

admin_address() {
    sed -n '/^"*ADMIN_NETWORK"*:/,/^[^ ]/s/^ *"*ipaddress"*: *"*\([0-9.]*\).*/\1/p' /etc/fuel/astute.yaml
}

# Settings are written only once, so that an operator's changes are kept.
write_settings() {
    install -d -o root -g "$owner" -m 0750 /etc/pumphouse
    [ -e /etc/pumphouse/pumphouse.env ] && return
    address=$(admin_address)
    [ -n "$address" ] || fail "/etc/fuel/astute.yaml does not have the master's address."
    addresses=$(hostname -I | tr ' ' '\n' | grep . | paste -s -d, -)
    sed -e "s|@ADDRESS@|$address|" -e "s|@PORT@|$port|" \
        -e "s|@HOSTS@|localhost,127.0.0.1,$(hostname -f),$(hostname -s),$addresses|" \
        "$here/pumphouse.env" >/etc/pumphouse/pumphouse.env.new
    chmod 0640 /etc/pumphouse/pumphouse.env.new
    mv /etc/pumphouse/pumphouse.env.new /etc/pumphouse/pumphouse.env
}

# The certificate of Fuel's own pages, if there is one: browsers already accept it.
write_certificate() {
    [ -e /etc/pumphouse/tls.key ] && return
    fuel=/var/lib/fuel/keys/master/nginx/nginx
    if [ -e $fuel.key ] && [ -e $fuel.crt ]; then
        cp $fuel.crt /etc/pumphouse/tls.crt
        cp $fuel.key /etc/pumphouse/tls.key.new
    else
        openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj "/CN=$(hostname -f)" \
            -out /etc/pumphouse/tls.crt -keyout /etc/pumphouse/tls.key.new 2>/dev/null
    fi
    chown "$owner" /etc/pumphouse/tls.key.new
    chmod 0400 /etc/pumphouse/tls.key.new
    mv /etc/pumphouse/tls.key.new /etc/pumphouse/tls.key
}

# The database of a stopped Pumphouse is consistent, so copying the files backs up the data.
stop_and_back_up() {
    systemctl stop pumphouse 2>/dev/null || true
    install -d -o "$owner" -g "$owner" -m 0700 /var/lib/pumphouse
    [ -e /var/lib/pumphouse/pumphouse.sqlite3 ] || return 0
    install -d -m 0700 /var/lib/pumphouse-backups
    (umask 077 && tar -C /var/lib -czf "/var/lib/pumphouse-backups/before-$version.tar.gz" pumphouse)
}

install_service() {
    sed -e "s|@PLUGIN@|$plugin|g" -e "s|@IMAGE@|$image|g" -e "s|@SECURITY@|$(security_options)|" \
        "$here/pumphouse.service" >$unit
    systemctl daemon-reload
    systemctl enable pumphouse
    systemctl start pumphouse
}

remove_old_images() {
    docker images --format '{{.Repository}}:{{.Tag}}' pumphouse | grep -v -x -F "$image" |
        while read -r old; do docker rmi "$old" >/dev/null || true; done
}

require_docker
gunzip -c "$plugin/image/pumphouse.tar.gz" | docker load
write_settings
write_certificate
stop_and_back_up
install_service
remove_old_images
echo "Pumphouse $version is running at $(sed -n 's/^PUMPHOUSE_URL=//p' /etc/pumphouse/pumphouse.env)"
