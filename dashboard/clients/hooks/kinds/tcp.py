"""A check whether something accepts connections."""

import socket
from typing import ClassVar, Self

from typing_extensions import override

from dashboard.clients.hooks.addresses import address_of
from dashboard.clients.hooks.base import Call, HookKind
from dashboard.clients.yaml_sections import Section

SECONDS = 5.0
LAST_PORT = 65535


class Tcp(HookKind):
    """Succeeds once a port of the moved server, or of a given address, accepts a connection."""

    name: ClassVar[str] = "tcp"
    needs_address: ClassVar[bool] = True

    def __init__(self, section: Section) -> None:
        self.port = section.number("port", default=0, least=1)
        if not 0 < self.port <= LAST_PORT:
            raise section.fault(f"Expected a port from 1 to {LAST_PORT}.", key="port")
        self.address = section.optional_text("address") or ""

    @classmethod
    @override
    def read(cls, section: Section) -> Self:
        section.only({"port", "address"})
        return cls(section)

    @override
    def start(self, call: Call) -> str:
        return ""

    @override
    def is_over(self, call: Call, reference: str) -> bool:
        address = self.address or address_of(call)
        try:
            with socket.create_connection((address, self.port), timeout=SECONDS):
                return True
        except OSError:
            return False
