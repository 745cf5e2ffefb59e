"""Services that are not migrated, as far as a plan asks them what a tenant has."""

from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Answer, Json, Refused, Request
from tests.support.cloud.service import Service


class NeighbourService(Service):
    """A service of that type in the catalogue, which has the same answer to administrators."""

    def __init__(self, cloud: MemoryCloud, type_in_catalogue: str, path: str, answer: Json) -> None:
        super().__init__(cloud)
        self._type = type_in_catalogue
        self.root = self.name = self.type = type_in_catalogue  # type: ignore[misc]
        self.given = answer
        self.route("GET", path, self.show)

    @property
    def type_in_catalogue(self) -> str:
        """What the catalogue calls it."""
        return self._type

    def show(self, request: Request) -> Json:
        """Answer an administrator."""
        self.require_admin(request)
        return self.given

    def _version_documents(self, request: Request) -> Answer | None:
        return None

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error."""
        return {"error": refused.message}
