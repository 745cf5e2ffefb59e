"""What a server's move waits for, also where an old Nova tells less of the server."""

from importlib import import_module

import pytest

from dashboard.migrations_app.resources.compute.server.requirements import requirements
from dashboard.migrations_app.resources.reader import TenantReader, TenantRef
from dashboard.migrations_app.resources.records import Record, Ref

TOLD = {"user_id": "ann", "flavor_id": "f", "ports": [], "server_groups": [], "volumes": []}
KERNEL = "OS-EXT-SRV-ATTR:kernel_id"


# the package has a function of that name
module = import_module("dashboard.migrations_app.resources.compute.server.requirements")


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setattr(module, "owner_refs", lambda record, reader: [])
    monkeypatch.setattr(module, "trunks_on", lambda ports, reader: [])


@pytest.mark.parametrize(("fields", "images"), [({}, []), ({KERNEL: "k"}, [Ref("image", "k")])])
def test_a_server_waits_for_the_kernel_that_it_names_and_old_ones_name_none(fields, images):
    record = Record(type="server", id="s", name="web", fields={**TOLD, "root_volume": "", **fields})
    reader = TenantReader(None, TenantRef("t", "shop"))  # type: ignore[arg-type]
    found = requirements(record, reader)["stop"]
    assert [ref for ref in found if ref.type == "image"] == images
