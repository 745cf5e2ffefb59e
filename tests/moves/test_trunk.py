"""Trunks with their sub-ports, between two clouds in memory."""

from dataclasses import replace

import pytest

from dashboard.migrations_app.execution.finalize import deletion_steps
from tests.support.cloud.moved_tenant import draft, executed
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db


def titles(plan, action="create", type_name="port"):
    found = plan.items.filter(type=type_name, action=action)
    return {*found.values_list("name", flat=True)}


def test_the_guest_finds_its_trunk_when_it_boots(clouds):
    plan = draft(clouds)
    seen = []
    clouds.new.on_answer = lambda request, _: seen.append(request)
    executed(clouds, plan, "trunk")
    posted = [each.path.rpartition("/")[2] for each in seen if each.method == "POST"]
    assert posted.index("trunks") < posted.index("servers")
    trunk = clouds.new.network.trunks.where(name=f"{NAME}-trunk")[0]
    assert clouds.new.network.ports.get(trunk["port_id"])["device_owner"].startswith("compute:")


def test_a_trunk_is_deleted_from_the_source_after_its_server_and_before_its_ports(clouds):
    plan = draft(clouds)
    executed(clouds, plan, "trunk")
    keys = [step.key for step in deletion_steps(plan)]
    order = [f"{name}:deleted" for name in ("server", "trunk", "port")]
    assert [key for key in keys if key in order] == order


def test_sub_ports_stay_with_the_trunk_of_a_server_that_stays(clouds):
    plan = draft(clouds, **{f"server:{NAME}-web-2": "skip"})
    assert titles(plan, "skip", "trunk") == {f"{NAME}-trunk"}
    assert {f"{NAME}-7", f"{NAME}-8"} <= titles(plan, "skip")


def test_a_trunk_moves_without_a_sub_port_that_is_left_out(clouds):
    plan = draft(clouds, **{f"port:{NAME}-7": "skip"})
    executed(clouds, plan, "trunk")
    trunk = clouds.new.network.trunks.where(name=f"{NAME}-trunk")[0]
    assert [sub["segmentation_id"] for sub in trunk["sub_ports"]] == [8]
    assert [x["field"] for x in plan.items.get(type="trunk").losses] == ["sub_ports"]


def test_a_sub_port_of_another_project_is_named(clouds):
    port = clouds.old.network.ports.where(name=f"{NAME}-7")[0]
    port["project_id"] = port["tenant_id"] = "another"
    losses = {x["field"]: x["reason"] for x in draft(clouds).items.get(type="trunk").losses}
    assert losses == {"sub_ports_of_others": "Ports of other projects do not move with the tenant."}


def test_a_port_that_another_projects_trunk_carries_is_warned_of(clouds):
    trunk = clouds.old.network.trunks.where(name=f"{NAME}-trunk")[0]
    trunk["project_id"] = trunk["tenant_id"] = "another"
    found = draft(clouds).findings.filter(severity="warn")
    sentence = f"Port {NAME}-7 is the sub-port of another project's trunk"
    assert [each for each in found if each.sentence.startswith(sentence)]


def test_a_trunk_stays_with_its_sub_ports_where_the_destination_has_none(clouds):
    release = clouds.new.release
    clouds.new.release = replace(release, extensions=release.extensions - {"trunk"})
    plan = draft(clouds)
    reason = "It is left out: cloud new lacks Neutron's extension trunk."
    assert [x["reason"] for x in plan.items.get(type="trunk").losses] == [reason]
    assert {f"{NAME}-7", f"{NAME}-8"} <= titles(plan, "skip")
    assert f"{NAME}-port-2" in titles(plan)
    executed(clouds, plan, "server")
    assert len(clouds.new.compute.servers.where(name=f"{NAME}-web-2")) == 1
