"""A check of what an address answers."""

import ipaddress
from typing import ClassVar, Self
from urllib.parse import urlsplit

from typing_extensions import override

from dashboard.clients.cloud_keys import read_verify
from dashboard.clients.hooks.addresses import address_of
from dashboard.clients.hooks.base import Call, HookKind
from dashboard.clients.hooks.http_calls import send
from dashboard.clients.hooks.keys import read_url
from dashboard.clients.yaml_sections import Section
from dashboard.errors import Retryable

PLACE = "{address}"


class Http(HookKind):
    """Succeeds once a GET is answered with the expected status, and a text in it if one is set.

    ``{address}`` in the address is that of the moved server. Without a status any of 2xx is right.
    """

    name: ClassVar[str] = "http"
    needs_address: ClassVar[bool] = True

    def __init__(self, section: Section) -> None:
        self.url = read_url(section)
        self.status = section.number("status", default=0)
        self.contains = section.optional_text("contains") or ""
        self._verify = read_verify(section)

    @classmethod
    @override
    def read(cls, section: Section) -> Self:
        section.only({"url", "status", "contains", "verify", "cacert", "insecure"})
        return cls(section)

    @override
    def start(self, call: Call) -> str:
        return ""

    @override
    def is_over(self, call: Call, reference: str) -> bool:
        url = self.url
        if PLACE in url:
            address = ipaddress.ip_address(address_of(call))
            url = url.replace(PLACE, f"[{address}]" if address.version == 6 else str(address))
        try:
            reply = send(
                "GET", url, what=f"The address at {urlsplit(url).netloc}", verify=self._verify
            )
        except Retryable:
            return False
        is_right = reply.status == self.status if self.status else 200 <= reply.status < 300
        return is_right and self.contains.encode() in reply.body
