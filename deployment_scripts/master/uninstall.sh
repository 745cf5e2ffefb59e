#!/bin/sh
# Stops Pumphouse on the Fuel master and removes its service and image. Data and settings stay.
set -eu

plugin=$(cd "$(dirname "$0")/../.." && pwd)
version=$(sed -n "s/^version: '\(.*\)'$/\1/p" "$plugin/metadata.yaml")
unit=/etc/systemd/system/pumphouse.service

# Two versions can be installed at the same time; the service belongs to the newer one.
if grep -q "$plugin/" $unit 2>/dev/null; then
    systemctl disable pumphouse
    systemctl stop pumphouse
    rm -f $unit
    systemctl daemon-reload
fi
sh "$plugin/deployment_scripts/master/remove_policies.sh"
docker rmi "pumphouse:$version" >/dev/null 2>&1 || true
echo "Removed Pumphouse $version. Its data is still in /var/lib/pumphouse and /etc/pumphouse."
