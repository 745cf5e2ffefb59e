"""The root of the stand-in's Keystone, which tells the versions, and what no version has."""

from typing import ClassVar

from typing_extensions import override

from tests.support.juno.identity import Identity
from tests.support.juno.messages import Json, Refused, Reply, Request


class KeystoneVersions(Identity):
    """Answers at the root with 300, and with 404 where no version has a route."""

    name: ClassVar[str] = "keystone versions"

    @override
    def answer(self, request: Request) -> Reply:
        if request.path == "/":
            return Reply(
                300, self.cloud.with_addresses({"versions": {"values": self._values(request)}})
            )
        return Reply(404, self.envelope(Refused(404, "The resource could not be found.")))

    def _values(self, request: Request) -> list[Json]:
        known = [version[:2] for version in self.cloud.keystone_versions]
        return [each for each in self.state["roots"][request.port] if each["id"][:2] in known]
