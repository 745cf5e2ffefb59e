"""Swift: accounts with containers of objects, as far as backups need it."""

import hashlib

from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Answer, Json, Refused, Request
from tests.support.cloud.service import Service, title

PAGE = 2
"""The most that a listing has, whatever it is asked for."""


class Swift(Service):
    """Swift's API. Everybody may use the account of the token's project, and no other.

    ``damages`` has the next object arrive with other bytes.
    """

    type = name = root = "object-store"
    prefix = "/v1"
    path_in_catalogue = "/v1/AUTH_{project_id}"

    def __init__(self, cloud: MemoryCloud) -> None:
        super().__init__(cloud)
        self.damages = False
        for method, parts, handler in (
            ("GET", 1, self.containers),
            ("GET", 2, self.listing),
            ("PUT", 2, self.make),
            ("GET", 3, self.download),
            ("PUT", 3, self.upload),
            ("DELETE", 3, self.delete),
        ):
            self.route(method, "/".join(["{}"] * parts), handler)

    @property
    def objects(self) -> dict[str, bytes]:
        """All objects, by account, container and name."""
        found: dict[str, bytes] = self.cloud.state.setdefault("object-store/objects", {})
        return found

    @property
    def made(self) -> dict[str, bool]:
        """All containers, by account and name."""
        found: dict[str, bool] = self.cloud.state.setdefault("object-store/containers", {})
        return found

    def authorize(self, request: Request) -> None:
        """Refuse who has no token, and who asks for the account of others."""
        super().authorize(request)
        account = request.path.removeprefix(self.prefix).strip("/").partition("/")[0]
        if account != f"AUTH_{request.asker.project_id}":
            raise Refused(403, "Access was denied to this resource.")

    def containers(self, request: Request) -> list[Json]:
        """Answer with the containers of an account."""
        names = [key.partition("/")[2] for key in self.made if key.startswith(request.ids[0])]
        return [{"name": name} for name in sorted(names)]

    def listing(self, request: Request) -> list[Json]:
        """Answer with objects of a container, in the order of their names."""
        container = self._container(request)
        begin, marker = f"{container}/{request.asks('prefix')}", request.asks("marker")
        found = [
            {"name": name, "bytes": len(data), "hash": _md5(data)}
            for key, data in sorted(self.objects.items())
            if key.startswith(begin) and (name := key.removeprefix(f"{container}/")) > marker
        ]
        return found[:PAGE]

    def make(self, request: Request) -> Answer:
        """Make a container, unless it is there."""
        self.made["/".join(request.ids)] = True
        return Answer(status=201)

    def download(self, request: Request) -> Answer:
        """Answer with the bytes of an object."""
        return Answer(body=self._object(request), headers={"Content-Type": "application/x"})

    def upload(self, request: Request) -> Answer:
        """Take an object; the answer has the hash of what came."""
        self._container(request)
        data, self.damages = request.content[self.damages :], False
        self.objects["/".join(request.ids)] = data
        return Answer(status=201, headers={"Etag": _md5(data)})

    def delete(self, request: Request) -> None:
        """Delete an object."""
        self._object(request)
        del self.objects["/".join(request.ids)]

    def _container(self, request: Request) -> str:
        container = "/".join(request.ids[:2])
        if container not in self.made:
            raise Refused(404, "The resource could not be found.")
        return container

    def _object(self, request: Request) -> bytes:
        key = "/".join(request.ids)
        if key not in self.objects:
            raise Refused(404, "The resource could not be found.")
        return self.objects[key]

    def _version_documents(self, request: Request) -> Answer | None:
        return None

    def error(self, refused: Refused) -> Answer:
        """Return a page, signed by the service."""
        headers = {"Content-Type": "text/html", "X-Openstack-Request-Id": "tx1"}
        page = f"<html><h1>{title(refused)}</h1><p>{refused.message}</p></html>"
        return Answer(status=refused.status, body=page.encode(), headers=headers)


class SwiftFiles:
    """An account as Cinder's driver swift uses it."""

    driver = "swift"

    def __init__(self, swift: Swift, project_id: str) -> None:
        self.swift, self.account = swift, f"AUTH_{project_id}"

    def container_of(self, row: Json) -> str:
        return "volumebackups"

    def names(self, container: str, prefix: str) -> list[str]:
        begin = f"{self.account}/{container}/"
        return [
            key.removeprefix(begin) for key in self.swift.objects if key.startswith(begin + prefix)
        ]

    def read(self, container: str, name: str) -> bytes:
        return self.swift.objects[f"{self.account}/{container}/{name}"]

    def write(self, container: str, name: str, data: bytes) -> None:
        self.swift.made[f"{self.account}/{container}"] = True
        self.swift.objects[f"{self.account}/{container}/{name}"] = data

    def remove(self, container: str, name: str) -> None:
        self.swift.objects.pop(f"{self.account}/{container}/{name}", None)

    def objects(self) -> dict[str, bytes]:
        """Return all objects of the Swift."""
        return self.swift.objects


def _md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()
