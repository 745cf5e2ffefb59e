#!/bin/sh
# Opens the port of Pumphouse in the master's firewall, or closes it: firewall.sh open|close.
# Fuel's puppet removes foreign rules everywhere but in the chains whose names begin with ext-.
set -eu

chain=ext-filter-input
setting() { sed -n "s/^$1=//p" /etc/pumphouse/pumphouse.env; }
port=$(setting PUMPHOUSE_BIND | sed 's/.*://')
clients=$(setting PUMPHOUSE_CLIENTS)

rule() {
    iptables -w "$1" "$chain" -s "${clients:-0.0.0.0/0}" -p tcp -m tcp --dport "$port" \
        -m comment --comment pumphouse -j ACCEPT
}

# So that a restart of the firewall does not take the rule away.
save() {
    init=/usr/libexec/iptables/iptables.init
    [ ! -x $init ] || $init save >/dev/null
}

open_port() {
    if ! iptables -w -n -L "$chain" >/dev/null 2>&1; then
        iptables -w -N "$chain"
        iptables -w -I INPUT -j "$chain"
    fi
    rule -C 2>/dev/null || rule -A
    save
}

close_port() {
    while rule -C 2>/dev/null; do rule -D; done
    save
}

case ${1-} in
    open) open_port ;;
    close) close_port ;;
    *) echo "Say what to do: $0 open|close" >&2; exit 2 ;;
esac
