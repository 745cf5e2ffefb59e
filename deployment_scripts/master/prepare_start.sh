#!/bin/sh
# Prepares the container's start; systemd runs this before each start.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
owner=42480  # the user in the image; see the Dockerfile

# Only root can read Fuel's settings, and the container does not run as root. So it gets a copy in
# memory, from the time of its start.
install -d -m 0700 /run/pumphouse
install -o "$owner" -g "$owner" -m 0400 /etc/fuel/astute.yaml /run/pumphouse/astute.yaml

# A container left behind when Docker or the machine was killed.
docker rm -f pumphouse >/dev/null 2>&1 || true

sh "$here/firewall.sh" open
