"""One tenant that was asked for is stored with what it has."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.migrations_app import discovery
from dashboard.migrations_app.discovery import look_up_tenant
from tests import rows

THERE: dict[str, list[dict[str, Any]]] = {
    "projects": [{"id": "1", "name": "shop", "domain_id": "default"}],
    "servers": [{"tenant_id": "1"}, {"tenant_id": "1"}],
    "volumes": [{"os-vol-tenant-attr:tenant_id": "1"}],
}


class CloudOfOne:
    """A cloud with one tenant."""

    name = "old"

    def list(self, _service: str, _path: str, key: str, **_query: Any) -> Iterator[dict[str, Any]]:
        return iter(THERE[key])

    def find(self, *_path: str) -> None:
        return None

    def get(self, *_path: str) -> dict[str, str]:
        return {"id": "default", "name": "Default"}


@pytest.mark.django_db
def test_its_servers_and_volumes_are_counted(monkeypatch):
    monkeypatch.setattr(discovery, "connect", lambda _cloud: CloudOfOne())
    old, _ = rows.two_clouds()
    row = look_up_tenant(old, "shop")
    assert (row.servers, row.volumes) == (2, 1)
