"""A network that a pair of gateway servers joins across both clouds: made, watched and removed."""

import base64
import re
from typing import Any

import pytest
import yaml
from django.core import serializers
from rest_framework.test import APIClient

from dashboard.cli.stretch_report import serialize_stretches
from dashboard.errors import BadInput, Conflict, NotFound, Retryable, WrongState
from dashboard.jobs.models import Job, LogLine, Step
from dashboard.migrations_app.models import Plan, Stretch, StretchPart
from dashboard.migrations_app.stretch import parts
from dashboard.migrations_app.stretch.gateway import SCRIPT
from dashboard.migrations_app.stretch.schedule import watch_when_due
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.stretch import Stretch as StretchVerb
from dashboard.migrations_app.verbs.unstretch import Unstretch
from dashboard.migrations_app.verbs.watch_stretch import WatchStretch
from tests.support import rows
from tests.support.cloud.contents import contents
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds, fresh, run
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
CHOSEN = {
    **{"network": f"{NAME}-plain", "image": "cirros", "flavor": "m1.tiny", "outside": "public"},
}


@pytest.fixture
def moved(clouds: TwoClouds) -> Plan:
    """The plan of the moved tenant."""
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    return fresh(plan)


def gateways(cloud: MemoryCloud) -> list[dict[str, Any]]:
    """Return the gateway servers of a cloud."""
    found = cloud.compute.servers.rows.values()
    return [each for each in found if each["name"].startswith("pumphouse-gateway-")]


def losing_each_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose each record of a part once, as a process does that is killed before it."""
    record, seen = parts._record, set()

    def losing(part: StretchPart, state: str, **more: str) -> None:
        if (part.pk, state) not in seen:
            seen.add((part.pk, state))
            raise Retryable("The record was lost.", retry_after=0)
        record(part, state, **more)

    monkeypatch.setattr(parts, "_record", losing)


def test_a_pair_is_made_watched_and_removed_though_each_record_is_lost_once(
    clouds, moved, monkeypatch
):
    before = contents(clouds.old), contents(clouds.new)
    losing_each_record(monkeypatch)
    run(StretchVerb().start(moved, **CHOSEN))
    stretch = Stretch.objects.get()
    assert stretch.state == Stretch.State.JOINED
    assert_pair(clouds, stretch)
    assert_watched(clouds, moved)
    with pytest.raises(WrongState, match="is joined already"):
        StretchVerb().start(moved, **CHOSEN)
    run(Unstretch().start(moved))
    assert (contents(clouds.old), contents(clouds.new)) == before
    assert Stretch.objects.get().state == Stretch.State.PARTED
    assert {*StretchPart.objects.values_list("state", flat=True)} == {"removed"}
    run(StretchVerb().start(moved, **CHOSEN, encrypted=True))
    assert_encrypted(clouds)
    assert_shown(moved)
    assert f"gateway of network {NAME}-plain in both clouds" in Rollback().touched(moved)
    clouds.roll_back(moved)
    assert not gateways(clouds.old) + gateways(clouds.new)
    assert Stretch.objects.latest("pk").state == Stretch.State.PARTED


def assert_pair(clouds: TwoClouds, stretch: Stretch) -> None:
    """Assert that each side has one gateway, which is configured for the other one."""
    inner, outer = {}, {}
    for name, cloud in (("source", clouds.old), ("destination", clouds.new)):
        [server] = gateways(cloud)
        first, second = cloud.compute.servers.ports_of(server)
        assert second["port_security_enabled"] is False and second["security_groups"] == []
        outer[name], inner[name] = first["fixed_ips"][0]["ip_address"], second
        [group] = cloud.network.groups.where(id=first["security_groups"][0])
        assert server["tenant_id"] == group["project_id"] != stretch.plan.tenant_id
    addresses = {port["fixed_ips"][0]["ip_address"] for port in inner.values()}
    assert len(addresses) == 1
    for name, cloud in (("source", clouds.new), ("destination", clouds.old)):
        [server] = gateways(cloud)
        data = base64.b64decode(server["OS-EXT-SRV-ATTR:user_data"]).decode()
        [program] = [f for f in yaml.safe_load(data)["write_files"] if f["path"] == SCRIPT]
        assert f"remote {outer[name]} " in program["content"]
        assert f"id {stretch.number} " in program["content"]


def assert_encrypted(clouds: TwoClouds) -> None:
    """Assert that both gateways have the same keys, let in only what is encrypted, and that no
    row has a key."""
    keys = set()
    for cloud in (clouds.old, clouds.new):
        [server] = gateways(cloud)
        program = base64.b64decode(server["OS-EXT-SRV-ATTR:user_data"]).decode()
        keys.add(frozenset(re.findall("0x[0-9a-f]{64}", program)))
        [group] = cloud.network.groups.where(name=server["name"].replace("-server", "-group"))
        [rule] = cloud.network.rules.where(security_group_id=group["id"], direction="ingress")
        assert (rule["protocol"], rule["port_range_min"]) in (("50", None), ("esp", None))
    [of_pair] = keys
    assert len(of_pair) == 4
    stored = serializers.serialize("json", [*Stretch.objects.all(), *Step.objects.all()])
    stored += serializers.serialize("json", [*Job.objects.all(), *LogLine.objects.all()])
    assert not any(key[2:] in stored for key in of_pair)


def assert_no_loop(clouds: TwoClouds, plan: Plan) -> None:
    """Assert that networks on one VLAN are not joined by a tunnel as well."""
    for cloud in (clouds.old, clouds.new):
        cloud.network.networks.where(name=f"{NAME}-plain")[0].update(SEGMENT)
    job = run(StretchVerb().start(plan, **CHOSEN), state="failed")
    assert "is on vlan physnet1 7 in both clouds" in job.explanation
    for cloud in (clouds.old, clouds.new):
        cloud.network.networks.where(name=f"{NAME}-plain")[0].update(dict.fromkeys(SEGMENT))


def assert_none_too_small(clouds: TwoClouds, plan: Plan) -> None:
    """Assert that a network is refused before anything is made whose MTU is too small."""
    network = clouds.new.network.networks.where(name=f"{NAME}-plain")[0]
    mtu = network["mtu"]
    network["mtu"] = 1000
    job = run(StretchVerb().start(plan, **CHOSEN), state="failed")
    assert "A network with an MTU of 1000 cannot be stretched." in job.explanation
    assert not StretchPart.objects.exists()
    network["mtu"] = mtu


SEGMENT = {
    "provider:network_type": "vlan",
    "provider:physical_network": "physnet1",
    "provider:segmentation_id": 7,
}


def assert_watched(clouds: TwoClouds, plan: Plan) -> None:
    """Assert that a gateway's console, state and absence are seen, and told once."""
    for cloud in (clouds.old, clouds.new):
        gateways(cloud)[0]["~console"] = "[1.2] boot\npumphouse-stretch: joined\n"
    assert seen_by(plan) == {"source": "joined", "destination": "joined"}
    gateways(clouds.new)[0]["~console"] += "pumphouse-stretch: parted\nlogin: "
    assert seen_by(plan) == {"source": "joined", "destination": "parted"}
    since = Stretch.objects.get().broken_since
    assert since
    gateways(clouds.new)[0]["status"] = "SHUTOFF"
    watch_when_due()
    run(Job.objects.latest("pk"))
    stretch = Stretch.objects.get()
    assert stretch.health == {"source": "joined", "destination": "down"}
    assert stretch.broken_since == since


def seen_by(plan: Plan) -> dict[str, str]:
    run(WatchStretch().start(plan))
    return Stretch.objects.get().health


def assert_shown(plan: Plan) -> None:
    """Assert that API, page and command line show the network and its gateways."""
    api = APIClient()
    api.force_login(rows.user_with("viewer"))
    shown = api.get(f"/api/plans/{plan.pk}/stretches/?state=joined").json()["results"]
    assert [len(each["parts"]) for each in shown] == [8]
    page = api.get(plan.get_absolute_url()).content.decode()
    assert f"Network {NAME}-plain: joined" in page
    tenant = api.get(f"/tenants/{plan.source.name}/{plan.tenant_id}/").content.decode()
    assert f"Network {NAME}-plain: joined" in tenant
    assert [each["state"] for each in serialize_stretches(plan)["stretches"]] == [
        "parted",
        "joined",
    ]


WRONG = [
    ({"network": "nowhere"}, NotFound, "No moved networks are named 'nowhere'."),
    ({"network": ""}, NotFound, "moved networks."),
    ({"image": ""}, BadInput, "The gateways need image of both clouds."),
    ({"serving": "both"}, BadInput, "serving must be one of"),
]


def test_what_cannot_be_is_refused_and_finalizing_removes_the_gateways_first(clouds, moved):
    for wrong, error, sentence in WRONG:
        with pytest.raises(error, match=sentence):
            StretchVerb().start(moved, **{**CHOSEN, **wrong})
    with pytest.raises(WrongState, match="is stretched"):
        Unstretch().start(moved)
    job = run(StretchVerb().start(moved, **{**CHOSEN, "flavor": "huge"}), state="failed")
    assert "Cloud old has no flavors named 'huge'." in job.explanation
    assert Stretch.objects.get().state == Stretch.State.PARTED
    assert_no_loop(clouds, moved)
    assert_none_too_small(clouds, moved)
    job = StretchVerb().start(moved, **CHOSEN)
    with pytest.raises(Conflict, match="is already working on this"):
        Rollback().start(moved, confirmation=moved.tenant_name)
    run(job)
    assert clouds.verify(moved) == []
    clouds.finalize(moved)
    assert not gateways(clouds.old) + gateways(clouds.new)


GATEWAYS = ["image=cirros", "flavor = m1.tiny", "outside=public", "encrypted=yes"]


@pytest.mark.seeded_until("network")
def test_a_network_whose_choice_is_stretch_is_joined_by_the_move_itself(clouds):
    choices = {f"network:{NAME}-plain": "stretch"}
    before = contents(clouds.old), contents(clouds.new)
    plan = clouds.plan(NAME, choices=choices, gateways=GATEWAYS)
    clouds.execute(plan)
    stretch = Stretch.objects.get()
    assert (stretch.state, stretch.options["encrypted"]) == (Stretch.State.JOINED, True)
    assert_pair(clouds, stretch)
    steps = {step.key: step for step in Job.objects.latest("pk").steps.all()}
    made = steps[f"network:{stretch.network_id}:create"]
    assert steps[f"stretch:{stretch.pk}:prepare"].started_at > made.finished_at
    assert clouds.verify(plan) == []
    # to go on with a move makes no second pair
    clouds.execute(plan)
    assert len(gateways(clouds.old) + gateways(clouds.new)) == 2
    clouds.roll_back(plan)
    assert (contents(clouds.old), contents(clouds.new)) == before


@pytest.mark.seeded_until("network")
def test_a_plan_whose_gateways_cannot_be_made_is_blocked(clouds):
    choices = {f"network:{NAME}-plain": "stretch"}
    blocked = draft(clouds, **choices)
    assert "The gateways need image of both clouds." in blocks(blocked)
    lacking = [*GATEWAYS, "destination_flavor=huge"]
    assert "Cloud new has no flavors named 'huge'." in blocks(
        draft(clouds, options={"gateways": lacking}, **choices)
    )
    with pytest.raises(BadInput, match="'colour=red' is no option"):
        clouds.plan(NAME, choices=choices, gateways=["colour=red"])
