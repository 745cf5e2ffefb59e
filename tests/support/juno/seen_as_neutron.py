"""Neutron's view of the recorded clouds with nova-network, without a server between."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from keystoneauth1.session import Session

from dashboard.clients.legacy.answers import Answer
from dashboard.clients.legacy.lent_roles import NOWHERE
from dashboard.clients.legacy.nova_network import NovaNetwork

RECORDED = Path(__file__).parent / "recorded"
ACME, GLOBEX = "5900a9f21ccb4f45900ea62f904f58d8", "e153a1fdc817497b924b6105bff3f5ed"
NOVANET, BACKEND = "43fd7b97-f075-4438-b37d-2296ebc6007b", "8f2d8df2-eaa1-4bfc-b3e6-fb56968be793"
ACME_NET, FREE_NET = "8ab0a122-137e-4028-b47d-f35711d17c8a", "4c613a48-ccad-4f51-82a0-95e0ea7cf533"
# of the cloud in VLAN mode
UNRECORDED = {
    "/os-floating-ip-pools": {"floating_ip_pools": [{"name": "public"}]},
    "/os-security-groups?all_tenants=1": {"security_groups": []},
}


class Recorded:
    """Nova's adapter: reads are answered as a real cloud did, and writes are noted."""

    def __init__(self, mode: str) -> None:
        path = RECORDED / f"nova_network_{mode}.json"
        self.answers: dict[str, Any] = {**UNRECORDED, **json.loads(path.read_text())}
        self.written: list[tuple[str, str, Any]] = []

    def request(self, path: str, method: str, *, params: Any = None, **options: Any) -> Answer:
        """Answer a read of a path, by its first parameter if there are some."""
        if method != "GET":
            self.written.append((method, path, options["json"]))
            return Answer(202)
        servers = "/servers/detail?all_tenants=1"
        if path == "/servers/detail":
            found = [*self.answers[servers]["servers"]]
            wanted = params.get("project_id")
            return Answer(200, {"servers": [s for s in found if wanted in (None, s["tenant_id"])]})
        query = f"?all_tenants={params['all_tenants']}" if params else ""
        known = path + query in self.answers
        return Answer(200, self.answers[path + query]) if known else Answer(404)


def seen(mode: str) -> NovaNetwork:
    """Return Neutron's view of the cloud recorded in that mode; its Nova is ``old``."""
    access = SimpleNamespace(name="old", lent_roles=NOWHERE)
    found = SimpleNamespace(other=lambda service: Recorded(mode), access=access, session=Session())
    return NovaNetwork(found)  # type: ignore[arg-type]


def listed(cloud: NovaNetwork, path: str, **params: Any) -> list[Any]:
    """Return a collection of the view."""
    [found] = cloud.request(path, "GET", params=params).json().values()
    return list(found)


def server_named(cloud: NovaNetwork, name: str) -> Any:
    answer = cloud.ask("GET", "/servers/detail", query={"all_tenants": 1})
    return next(server for server in answer["servers"] if server["name"] == name)
