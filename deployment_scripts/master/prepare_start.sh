#!/bin/sh
# Makes ready what the container needs; systemd runs it before each start.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
owner=42480  # the user in the image; see the Dockerfile

# Fuel's settings are for root alone, and the container does not run as root: it gets a copy, in
# memory, which is as new as the last start.
install -d -m 0700 /run/pumphouse
install -o "$owner" -g "$owner" -m 0400 /etc/fuel/astute.yaml /run/pumphouse/astute.yaml

# One that was left behind when Docker or the machine was killed.
docker rm -f pumphouse >/dev/null 2>&1 || true

sh "$here/firewall.sh" open
