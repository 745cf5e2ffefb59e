"""What a gateway keeps from the tunnel: the default gateway and DHCP that a cloud has itself.

Both clouds have a router with the network's default gateway, and a DHCP server. A server must
only hear those of its own cloud, or of the one that serves both.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

TUNNEL = "ph-tunnel"
TABLE = "pumphouse"


class Serving(Enum):
    """Which cloud's default gateway and DHCP server serve the network, as one gateway sees it."""

    HERE = "here"
    THERE = "there"
    EACH = "each"
    """Those of each cloud serve its own half."""


class _Words(NamedTuple):
    """How frames about routers and DHCP servers are matched, in the words of nftables."""

    ports: str
    router: str
    arp: str
    neighbor: str


# what a router or DHCP server says of itself
CLAIMS = _Words("sport", "nd-router-advert", "saddr", "nd-neighbor-advert")
# what asks for one
REQUESTS = _Words(
    "dport", "nd-router-solicit", "operation request arp daddr", "nd-neighbor-solicit"
)


def rules(serving: Serving, default_gateways: Sequence[str]) -> str:
    """Return the nftables rules of one gateway server.

    ``default_gateways`` are the addresses of the gateways of the network's subnets.
    """
    lines = [
        *_toward(f'iifname "{TUNNEL}"', serving, default_gateways, own=Serving.HERE),
        *_toward(f'oifname "{TUNNEL}"', serving, default_gateways, own=Serving.THERE),
    ]
    return "\n".join(
        [
            f"table bridge {TABLE} {{",
            "  chain across {",
            "    type filter hook forward priority 0; policy accept;",
            *(f"    {line}" for line in lines),
            "  }",
            "}",
        ]
    )


def _toward(
    frames: str, serving: Serving, default_gateways: Sequence[str], *, own: Serving
) -> Iterable[str]:
    """Return the rules for the frames that go to one cloud, which has ``own`` services if it
    serves the network, or its own half."""
    has_own = serving in (own, Serving.EACH)
    if has_own:
        yield from (f"{frames} {claim} drop" for claim in _matches(CLAIMS, default_gateways))
    if serving == Serving.EACH or not has_own:
        yield from (f"{frames} {request} drop" for request in _matches(REQUESTS, default_gateways))


def _matches(words: _Words, default_gateways: Sequence[str]) -> Iterable[str]:
    """Return matches of the frames that are said in these words."""
    yield f"udp {words.ports} {{ 67, 547 }}"
    yield f"icmpv6 type {words.router}"
    for address in map(ip_address, default_gateways):
        if isinstance(address, IPv4Address):
            yield f"arp {words.arp} ip {address}"
        else:
            yield f"icmpv6 type {words.neighbor} {_target(address)}"


def _target(address: IPv6Address) -> str:
    """Match the target of a neighbour message, which older nftables have no word for."""
    return f"@th,64,128 {int(address):#034x}"
