"""Planning and preflight ask both clouds for lists: not more often the more servers there are."""

import re
from collections import Counter
from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan, PlanItem
from tests.support.cloud.messages import Answer, Json, Request
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, Seeded, furnish, seed_tenant

pytestmark = pytest.mark.django_db(transaction=True)

FEW, MANY = 5, 50
ONE_OBJECT = re.compile(r"(?<=/)(?:[0-9a-f]{32}|[0-9a-f-]{36})(?=/|$)")
QUOTAS = {
    "compute": ("quota_set", "/os-quota-sets", ("cores", "instances", "ram")),
    "network": ("quota", "/quotas", ("port",)),
    "block_storage": (
        "quota_set",
        "/os-quota-sets",
        ("volumes", "gigabytes", "per_volume_gigabytes"),
    ),
}


def lift_quotas(seeded: Seeded) -> None:
    """Lift the tenant's limits of all that servers take."""
    for service, (key, path, names) in QUOTAS.items():
        unlimited = {key: dict.fromkeys(names, -1)}
        seeded.operator.put(service, f"{path}/{seeded.project_id}", unlimited)
    of_user = f"/os-quota-sets/{seeded.project_id}?user_id={seeded.id('ann')}"
    seeded.operator.put("compute", of_user, {"quota_set": {"cores": -1}})


def seed_servers(seeded: Seeded, number: int) -> None:
    """Make servers for the tenant, each with a port, a disk of its own and a volume."""
    lift_quotas(seeded)
    for each in range(number):
        about: Json = {"name": f"many-{each}", "network_id": seeded.id("net")}
        port = seeded.make(f"many-port-{each}", "network", "/ports", "port", about)
        body = {"name": f"many-{each}", "size": 1}
        volume = seeded.make(f"many-disk-{each}", "block_storage", "/volumes", "volume", body)
        server = {
            "name": f"many-{each}",
            "flavorRef": seeded.id("private"),
            "imageRef": seeded.id("system"),
            "networks": [{"port": port["id"]}],
        }
        made = seeded.make(f"many-{each}", "compute", "/servers", "server", server)
        path = f"/servers/{made['id']}/os-volume_attachments"
        seeded.owner.post("compute", path, {"volumeAttachment": {"volumeId": volume["id"]}})


def count_calls(clouds: TwoClouds) -> Counter[str]:
    """Count from now on what is asked of each cloud; ids, and what a page follows, are the same."""
    calls: Counter[str] = Counter()

    def count(name: str) -> None:
        def seen(request: Request, answer: Answer) -> None:
            if "marker" not in request.query:
                calls[f"{name}: {request.method} {ONE_OBJECT.sub('*', request.path)}"] += 1

        getattr(clouds, name).on_answer = seen

    for name in ("old", "new"):
        count(name)
    return calls


def calls_of_plan(folder: Path, number: int) -> tuple[Counter[str], Counter[str]]:
    """Return the calls of planning a tenant with that many servers more, and of its preflight."""
    folder.mkdir()
    with two_clouds(folder) as clouds:
        furnish(clouds.old, first_address=10)
        furnish(clouds.new, first_address=110)
        seed_servers(seed_tenant(clouds.old), number)
        planning = count_calls(clouds)
        plan = clouds.plan(NAME)
        assert plan.items.filter(type="server").count() == number + 2
        checking = count_calls(clouds)
        Plan.objects.filter(pk=plan.pk).update(state=Plan.State.READY)
        clouds.preflight(plan)
        PlanItem.objects.all().delete()
    return planning, checking


def test_neither_planning_nor_preflight_asks_more_often_for_more_servers(tmp_path: Path) -> None:
    few, many = (calls_of_plan(tmp_path / str(number), number) for number in (FEW, MANY))
    planning, preflight = (after - before for before, after in zip(few, many, strict=True))
    assert planning == preflight == {}
