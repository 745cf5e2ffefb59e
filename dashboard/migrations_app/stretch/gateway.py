"""The configuration of a gateway server: one end of the tunnel, as cloud-init takes it.

The gateway bridges its port on the tenant's network with a VXLAN tunnel to the gateway of the other
cloud. Neither port has port security: frames of all servers go through them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import PurePosixPath
from string import Template

import yaml

from dashboard.errors import BadInput
from dashboard.migrations_app.stretch.encryption import Encryption
from dashboard.migrations_app.stretch.filters import TABLE, TUNNEL, Serving, rules

BRIDGE = "ph-bridge"
VXLAN_PORT = 4789
NUMBERS = range(1, 2**24)
# the gateways look for each other by IPv6, which needs 1280
SIZES = range(1280, 9217)
# of one machine: those of groups have an odd first byte
_MAC = re.compile(r"[0-9a-fA-F][02468aceACE](?::[0-9a-fA-F]{2}){5}")
SCRIPT = "/usr/local/sbin/pumphouse-stretch"
UNIT = "/etc/systemd/system/pumphouse-stretch.service"
WATCH_UNIT = "/etc/systemd/system/pumphouse-stretch-watch.service"
SAYS = "pumphouse-stretch:"
"""Begins what a gateway writes to its console: whether it reaches the other one."""


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """One of the two gateway servers of a network.

    ``peer`` is the external address of the other one, as this one reaches it; ``number`` the
    tunnel's VXLAN identifier, the same in both; ``mac`` the address of its port on the tenant's
    network, and ``mtu`` that of this network. With ``peer_mac``, that of the other gateway's port,
    it writes to its console whether it reaches that one through the tunnel. With ``key``, of
    ``KEY_BYTES``, the tunnel is encrypted; that needs ``peer_mac``. Raises ``BadInput`` for what
    cannot be configured.
    """

    peer: str
    number: int
    mac: str
    mtu: int
    default_gateways: Sequence[str]
    serving: Serving
    peer_mac: str = ""
    key: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Refuse what the gateway server would only refuse when it starts."""
        refuse_size(self.mtu)
        fix = f"Choose one from {NUMBERS[0]} to {NUMBERS[-1]}, the same for both gateways."
        _require(self.number in NUMBERS, f"{self.number} is not a number of a VXLAN.", fix)
        fix = "Take the floating IP of the other gateway, or the address of its outer port."
        _require(_is_of_a_machine(self.peer), f"{self.peer} is not the address of a machine.", fix)
        fix = "Take the gateway_ip of the network's subnet, as Neutron shows it."
        for address in self.default_gateways:
            _require(_parsed(address) is not None, f"{address} is not an IP address.", fix)
        fix = "Take the mac_address of the inner port of each gateway, as Neutron shows it."
        for mac in filter(None, (self.mac or "Nothing", self.peer_mac)):
            _require(bool(_MAC.fullmatch(mac)), f"{mac} is not the MAC address of a port.", fix)
        is_other = self.mac.lower() != self.peer_mac.lower()
        _require(is_other, "Both gateways have the same MAC address.", fix)
        _require(not self.key or bool(self.peer_mac), "An encrypted tunnel needs both MACs.", fix)

    @property
    def encryption(self) -> Encryption | None:
        """How the tunnel is encrypted, None if it is not."""
        if not self.key:
            return None
        return Encryption(key=self.key, mac=self.mac, peer_mac=self.peer_mac)


def refuse_size(mtu: int) -> None:
    """Raise ``BadInput`` for the MTU of a network that no tunnel can join."""
    fix = f"It has to be from {SIZES[0]} to {SIZES[-1]}; Neutron shows that of the network."
    _require(mtu in SIZES, f"A network with an MTU of {mtu} cannot be stretched.", fix)


def _require(is_good: bool, sentence: str, fix: str) -> None:
    if not is_good:
        raise BadInput(sentence, fix=fix)


def _is_of_a_machine(text: str) -> bool:
    address = _parsed(text)
    return address is not None and not (
        address.is_multicast
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
    )


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def user_data(gateway: Gateway) -> str:
    """Return what cloud-init gets: a program, and services that run it at each start."""
    units = {UNIT: _UNIT} | ({WATCH_UNIT: _WATCH_UNIT} if gateway.peer_mac else {})
    files = [
        _file(SCRIPT, "0700", script(gateway)),
        *(_file(path, "0644", unit.substitute(script=SCRIPT)) for path, unit in units.items()),
    ]
    names = [PurePosixPath(path).stem for path in units]
    config = {
        "packages": ["nftables"],
        "write_files": files,
        "runcmd": [["systemctl", "enable", "--now", *names]],
    }
    return f"#cloud-config\n{yaml.dump(config, Dumper=_Readable, sort_keys=False)}"


def _file(path: str, permissions: str, content: str) -> dict[str, str]:
    return {"path": path, "permissions": permissions, "content": _Text(content)}


class _Text(str):
    """A text of several lines, to be read by people as well."""


class _Readable(yaml.SafeDumper):
    """Writes such texts line by line."""


_Readable.add_representer(
    _Text, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)


def script(gateway: Gateway) -> str:
    """Return the program that joins the network (``start``) and parts it again (``stop``).

    The tunnel has the MTU of the tenant's network, so that no server needs another one. A packet
    that is too large for the network between the clouds crosses it in fragments; if its sender
    forbids that, Linux tells the sender the size that crosses.
    """
    peer = ip_address(gateway.peer)
    return _SCRIPT.substitute(
        peer=peer,
        family="ip" if peer.version == 4 else "ip6",
        protocol=f"ipv{peer.version}",
        mac=gateway.mac.lower(),
        link=_link_local(gateway.mac),
        peer_link=_link_local(gateway.peer_mac) if gateway.peer_mac else "",
        says=SAYS,
        number=gateway.number,
        mtu=gateway.mtu,
        vxlan_port=VXLAN_PORT,
        table=TABLE,
        tunnel=TUNNEL,
        bridge=BRIDGE,
        rules=rules(gateway.serving, gateway.default_gateways),
        # NAT on the way cannot correct a sum that it does not see
        how="nolearning noudpcsum" if gateway.key and peer.version == 4 else "nolearning",
        encrypt=_encrypt(gateway.encryption, str(peer)),
    )


def _encrypt(encryption: Encryption | None, peer: str) -> str:
    """Return the commands that encrypt the tunnel, before there is one; ":" for none."""
    if encryption is None:
        return ":"
    return _ENCRYPT.substitute(
        peer=peer,
        policies=encryption.policies(peer=peer, port=VXLAN_PORT),
        states=encryption.states(peer=peer),
    )


def _link_local(mac: str) -> str:
    """Return the IPv6 address that belongs to a MAC on its link."""
    first, *rest = (int(part, 16) for part in mac.split(":"))
    interface = bytes([first ^ 2, *rest[:2], 0xFF, 0xFE, *rest[2:]])
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + interface))


_UNIT = Template("""\
[Unit]
Description=One network across both clouds, by Pumphouse
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$script start
ExecStop=$script stop

[Install]
WantedBy=multi-user.target
""")

_WATCH_UNIT = Template("""\
[Unit]
Description=Whether the other gateway is reached, by Pumphouse
After=pumphouse-stretch.service

[Service]
ExecStart=$script watch
Restart=always

[Install]
WantedBy=multi-user.target
""")

# Keys come by the input, not as arguments, which every process of the gateway could read.
_ENCRYPT = Template("""\
own=$$(ip route get $peer | sed -n 's/.* src \\([^ ]*\\).*/\\1/p')
  ip -batch - <<POLICIES
$policies
POLICIES
  ip -batch - <<KEYS || lacks_esp
$states
KEYS""")

# The filters come before any frame: without them the default gateway would be there twice. They
# come after the links: what a host loads first, before it has a bridge, is listed and matches
# nothing (Linux 6.18, nftables 1.0.6).
_SCRIPT = Template("""\
#!/bin/sh
# Joins a tenant's network with the other cloud's. Written by Pumphouse.
set -eu

inner() {
  for link in /sys/class/net/*; do
    [ "$$(cat "$$link/address")" = "$mac" ] || continue
    [ -d "$$link/bridge" ] || { basename "$$link"; return; }
  done
  echo "No network interface has the address $mac." >&2
  exit 1
}

stop() {
  ip link delete $tunnel 2>/dev/null || true
  ip link delete $bridge 2>/dev/null || true
  nft delete table bridge $table 2>/dev/null || true
  nft delete table inet $table 2>/dev/null || true
  ip xfrm policy flush 2>/dev/null || true
  ip xfrm state flush 2>/dev/null || true
}

lacks_esp() {
  echo "This kernel cannot encrypt the tunnel (ESP with AES-CBC and HMAC-SHA-256)." >&2
  exit 1
}

encrypt() {
  $encrypt
}

start() {
  port=$$(inner)
  stop
  encrypt
  ip link add $bridge type bridge stp_state 0 mcast_snooping 0
  ip link add $tunnel mtu $mtu type vxlan id $number remote $peer dstport $vxlan_port $how
  nft -f - <<'RULES'
$rules
table inet $table {
  chain strangers {
    type filter hook input priority 0; policy accept;
    udp dport $vxlan_port $family saddr != $peer drop
    udp dport $vxlan_port meta nfproto != $protocol drop
  }
}
RULES
  ip address flush dev "$$port"
  ip link set "$$port" mtu $mtu master $bridge up
  ip link set $tunnel master $bridge up
  ip link set $bridge mtu $mtu address $mac up
  ip -6 address replace $link/64 dev $bridge nodad
}

# The other gateway's bridge answers through the tunnel alone.
state() {
  if [ -z "$peer_link" ]
  then echo "unknown: this was written without --peer-mac"
  elif ping -6 -c 3 -i 0.3 -W 3 -q "$peer_link%$bridge" >/dev/null 2>&1
  then echo joined
  else echo parted
  fi
}

watch() {
  while :; do
    echo "$says $$(state)" > /dev/console
    sleep 30
  done
}

case "$${1:-}" in
  start) start ;;
  stop) stop ;;
  state) state ;;
  watch) watch ;;
  *) echo "Usage: $$0 start|stop|state|watch" >&2; exit 2 ;;
esac
""")
