"""A whole cloud in memory: its services, its rows and its clock."""

import json
import pickle
import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.cloud.collection import Collection
from tests.support.cloud.compute import Compute
from tests.support.cloud.identity import Identity
from tests.support.cloud.image import Image
from tests.support.cloud.key_manager import KeyManager
from tests.support.cloud.messages import Answer, Json, Request
from tests.support.cloud.network import Network
from tests.support.cloud.placement import Placement
from tests.support.cloud.quotas import Quotas
from tests.support.cloud.releases import release_named
from tests.support.cloud.service import Service
from tests.support.cloud.volume import BlockStorage

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class MemoryCloud:
    """One cloud. Everything that changes is in ``state``, so that it can be kept and put back.

    ``on_answer`` sees each answer before the client does, and may raise what the network would.
    ``polls`` is how often what takes its time must be looked at until it is done, ``page_size`` how
    many rows a page may have (0: all). ``calls`` counts requests by service.
    ``neighbours`` are services that are not migrated.
    """

    def __init__(self, name: str, *, release: str = "2026.2") -> None:
        self.name = name
        self.url = f"http://{name}.memory"
        self.release = release_named(release)
        self.polls = 0
        self.page_size = 0
        self.calls: Counter[str] = Counter()
        self.on_answer: Callable[[Request, Answer], None] | None = None
        self.tokens: dict[str, Json] = {}
        self.state: dict[str, Any] = {"clock": 0}
        self.lock = threading.RLock()
        self._random = random.Random(name)
        self._collections: dict[tuple[str, str], Collection] = {}
        self.quotas = Quotas(self)
        self.identity = Identity(self)
        self.compute = Compute(self)
        self.network = Network(self)
        self.image = Image(self)
        self.block_storage = BlockStorage(self)
        self.placement = Placement(self)
        self.key_manager = KeyManager(self)
        self.has_key_manager = True
        self.neighbours: list[Service] = []

    @property
    def services(self) -> dict[str, Service]:
        """All services by the first part of their addresses."""
        known = (self.identity, self.compute, self.network, self.image, self.block_storage)
        others = (*((self.key_manager,) if self.has_key_manager else ()), *self.neighbours)
        return {service.root: service for service in (*known, self.placement, *others)}

    def collection(self, type_: str, path: str) -> Collection:
        """Return a collection of a service."""
        return self._collections[type_, path]

    def add(self, service: Service, *collections: Collection) -> None:
        """Make collections part of a service."""
        for collection in collections:
            collection.join(service)
            self._collections[service.type, collection.path] = collection

    def rows(self, name: str) -> dict[str, Json]:
        """Return the rows of that name by their ids."""
        rows: dict[str, Json] = self.state.setdefault(name, {})
        return rows

    def new_id(self) -> str:
        """Return an id that nothing has yet."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def now(self, *, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
        """Return the time; each time that somebody asks it is a second later."""
        self.state["clock"] += 1
        return (BEGINNING + timedelta(seconds=self.state["clock"])).strftime(form)

    def keep(self) -> bytes:
        """Return all that is in the cloud, to be put back later."""
        with self.lock:
            return pickle.dumps((self.state, self._random.getstate()))

    def put_back(self, kept: bytes) -> None:
        """Restore what was kept, and nothing else."""
        with self.lock:
            self.state, numbers = pickle.loads(kept)
            self._random.setstate(numbers)

    def with_address(self, body: Any, service: Service) -> Any:
        """Return a version document with this cloud's address in it."""
        return json.loads(json.dumps(body).replace("{address}", f"{self.url}/{service.root}"))

    def answer(self, root: str, request: Request) -> Answer:
        """Answer a request to the service at that root, one at a time."""
        service = self.services.get(root)
        if service is None:
            return Answer(status=404, body={"error": {"code": 404, "message": "No such service."}})
        with self.lock:
            self.calls[service.type] += 1
            request = self.identity.identify(request)
            answer = service.answer(request)
        if self.on_answer:
            self.on_answer(request, answer)
        return answer
