"""IPsec between both gateways: what cannot be encrypted does not cross, nor is it let in.

The keys are set by hand, without a daemon: one for each direction, derived from that of the pair.
They are for AES in CBC mode, whose packets need no counter that a restart would begin anew.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from string import Template

from dashboard import secrets

KEY_BYTES = 32
_LEAST_SPI = 0x100  # those below are reserved
_SPIS = 2**32 - _LEAST_SPI

# the script's own address is known on the gateway alone
_POLICY = Template(
    "xfrm policy add src $from_ dst $to proto udp dport $port dir $direction"
    " tmpl src $from_ dst $to proto esp mode transport"
)
_STATE = Template(
    "xfrm state add src $from_ dst $to proto esp spi $spi mode transport"
    " auth-trunc hmac(sha256) $auth 128 enc cbc(aes) $cipher extra-flag oseq-may-wrap"
)


@dataclass(frozen=True, kw_only=True)
class Encryption:
    """The key of a pair, and whose packets it encrypts: each side is known by its inner MAC."""

    key: bytes = field(repr=False)
    mac: str
    peer_mac: str

    def policies(self, *, peer: str, port: int) -> str:
        """Return what demands IPsec of all packets of the tunnel, as ``ip -batch`` takes it."""
        return "\n".join(
            _POLICY.substitute(from_=from_, to=to, direction=direction, port=port)
            for direction, from_, to in (("out", "$own", peer), ("in", peer, "$own"))
        )

    def states(self, *, peer: str) -> str:
        """Return what sets the keys of both directions, as ``ip -batch`` takes it."""
        ways = ((self.mac, "$own", peer), (self.peer_mac, peer, "$own"))
        return "\n".join(
            _STATE.substitute(from_=from_, to=to, **self._parameters(sender))
            for sender, from_, to in ways
        )

    def _parameters(self, sender: str) -> dict[str, str]:
        auth, cipher, spi = self._derived(sender.lower())
        number = _LEAST_SPI + int.from_bytes(spi, "big") % _SPIS
        keys = {"auth": f"0x{auth.hex()}", "cipher": f"0x{cipher.hex()}"}
        for key in keys.values():
            secrets.register(key)
        return {**keys, "spi": f"{number:#x}"}

    def _derived(self, sender: str) -> Iterator[bytes]:
        for what in ("authentication", "encryption", "index"):
            yield hmac.new(self.key, f"{what} {sender}".encode(), hashlib.sha256).digest()


def key_of(marker: str, *, secret: str) -> bytes:
    """Return the key of the pair with that marker: derived from a secret, and stored nowhere."""
    message = f"ipsec:{marker}".encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()
