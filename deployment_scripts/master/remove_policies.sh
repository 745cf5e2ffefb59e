#!/bin/sh
# Removes the policies for tenant maintenance from all controllers that can be reached. The role that
# they restrict stays in each cloud's Keystone: users who still have it are in maintenance.
set -u

scripts='/etc/fuel/plugins/pumphouse-*/controller/maintenance_policies.py'

command -v fuel2 >/dev/null || exit 0
fuel2 node list -f value -c ip -c roles 2>/dev/null | grep controller | cut -d ' ' -f 1 |
    while read -r address; do
        # Without input: otherwise ssh would read the remaining addresses.
        ssh -n -o BatchMode=yes -o ConnectTimeout=10 "root@$address" \
            "for script in $scripts; do python3 \$script remove; done" ||
            echo "The policies on $address were not removed." >&2
    done
