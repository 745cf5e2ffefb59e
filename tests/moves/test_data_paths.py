"""The plan says for each disk by which path its data goes, and takes the operator's choice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from typing_extensions import override

from dashboard.migrations_app.data_paths.glance import GlanceStream
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.data_path import Cost, Disk, Unfit
from dashboard.migrations_app.resources.reader import TenantReader
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db

GIB = 1024**3
DATA = f"{NAME}-data"


class Quick(GlanceStream):
    """A path that copies half of a volume ahead, and refuses what servers have of their own."""

    @override
    def can(self, source: TenantReader, destination: TenantReader, disk: Disk) -> Cost | Unfit:
        if disk.record.type == "server":
            return Unfit("It is for volumes.")
        return Cost(why="It is quick.", ahead=disk.size // 2, cutover=0)


@contextmanager
def tenant(folder: Path) -> Iterator[TwoClouds]:
    """Serve two clouds with the seeded tenant and a second path between them."""
    known = {"glance": GlanceStream(), "quick": Quick()}
    with (
        two_clouds(folder) as clouds,
        patch("dashboard.migrations_app.planning.disk_paths.data_paths", lambda: known),
        patch("dashboard.migrations_app.planning.disk_paths.data_path", known.__getitem__),
        patch("dashboard.migrations_app.data_paths.data_path", known.__getitem__),
    ):
        tenant_between(clouds.old, clouds.new)
        yield clouds


def paths_of(plan: Plan) -> dict[str, str]:
    """Return the path of each disk of a plan."""
    return {f"{i.type}:{i.title}": i.data_path["name"] for i in plan.items.all() if i.data_path}


def test_each_disk_takes_the_path_that_copies_least_while_its_server_is_down(tmp_path):
    with tenant(tmp_path) as clouds:
        plan = draft(clouds)
        found = paths_of(plan)
        assert found[f"volume:{DATA}"] == "quick"
        # it has a disk of its own; the other server boots from a volume
        assert found[f"server:{NAME}-web-1"] == "glance"
        assert f"server:{NAME}-web-2" not in found
        item = plan.items.get(type="volume", name=DATA)
        assert item.data_path == {
            **{"name": "quick", "why": "It is quick.", "ahead": GIB // 2, "cutover": 0},
            **{"reads": 0, "prepares": False, "compares": False, "uncompared": ""},
            "others": {},
        }
        server = plan.items.get(type="server", name=f"{NAME}-web-1")
        assert server.data_path["others"] == {"quick": "It is for volumes."}
        assert server.data_path["cutover"] == GIB


def test_an_operator_chooses_the_path_of_a_disk_or_of_all(tmp_path):
    with tenant(tmp_path) as clouds:
        chosen = ["volume:*=glance", f"volume:{DATA}=quick"]
        found = paths_of(draft(clouds, options={"data_paths": chosen}))
        assert found.pop(f"volume:{DATA}") == "quick"
        assert {*found.values()} == {"glance"}


def test_a_path_that_cannot_be_taken_blocks_the_plan_with_its_reason(tmp_path):
    with tenant(tmp_path) as clouds:
        found = blocks(draft(clouds, options={"data_paths": ["server:*=quick", "volume:x=glance"]}))
        assert f"The data of server {NAME}-web-1 cannot go by Glance stream: It is for" in found
        assert "The tenant has no volume x, for which a data path is chosen." in found
