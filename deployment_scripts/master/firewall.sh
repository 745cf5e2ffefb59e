#!/bin/sh
# Opens or closes Pumphouse's port in the master's firewall: firewall.sh open|close.
# Fuel's puppet removes foreign rules except in chains whose names start with ext-.
set -eu

chain=ext-filter-input
setting() { sed -n "s/^$1=//p" /etc/pumphouse/pumphouse.env; }
port=$(setting PUMPHOUSE_BIND | sed 's/.*://')
clients=$(setting PUMPHOUSE_CLIENTS)

add_rule() {
    iptables -w -A "$chain" -s "${clients:-0.0.0.0/0}" -p tcp -m tcp --dport "$port" \
        -m comment --comment pumphouse -j ACCEPT
}

# Also those of other clients and ports, which the settings named before. From the last one on: the
# numbers of those above stay.
remove_rules() {
    iptables -w -n -L "$chain" --line-numbers 2>/dev/null | sed -n 's,^\([0-9]*\) .*/\* pumphouse \*/.*,\1,p' \
        | sort -rn | while read -r number; do iptables -w -D "$chain" "$number"; done
}

# Keeps the rule across a restart of the firewall.
save() {
    init=/usr/libexec/iptables/iptables.init
    [ ! -x $init ] || $init save >/dev/null
}

open_port() {
    if ! iptables -w -n -L "$chain" >/dev/null 2>&1; then
        iptables -w -N "$chain"
        iptables -w -I INPUT -j "$chain"
    fi
    remove_rules
    add_rule
    save
}

close_port() {
    remove_rules
    save
}

case ${1-} in
    open) open_port ;;
    close) close_port ;;
    *) echo "Usage: $0 open|close" >&2; exit 2 ;;
esac
