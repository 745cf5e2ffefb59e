"""A new environment from an existing one, in Fuel's stand-in: planned, made, made only once."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment, Json
from dashboard.errors import BadInput, Conflict, NeedsOperator
from dashboard.hosts_app.environments import copying as environment_copying
from dashboard.hosts_app.environments.duplicating import (
    environment_named,
    incomplete_sentence,
    lines_of,
    start_duplication,
    start_environment_plan,
)
from dashboard.hosts_app.fuel.environments import refresh_environments
from dashboard.hosts_app.models import Cloud, EnvironmentPlan
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import Job, LogLine
from dashboard.jobs.runner import run_job
from tests.support import rows
from tests.support.fuel_masters import (
    RunningMaster,
    configure_fuel,
    create_environment,
    fuel_environment,
    install_plugin,
)

pytestmark = pytest.mark.django_db(transaction=True)

SRC, NEWER = 1, 4
PASSWORD = "tr0ub4dor-and-3"


@pytest.fixture(autouse=True)
def configured(running: RunningMaster, settings: Any, tmp_path: Path) -> None:
    """Configure the master, whose src-cloud differs from what a release has by default."""
    changed = {
        "access": {"password": {"value": PASSWORD}},
        "storage": {
            "volumes_lvm": {"value": False},
            "volumes_ceph": {"value": True},
            "osd_pool_size": {"value": "2"},
        },
        "syslog": {"metadata": {"enabled": True}, "syslog_server": {"value": "192.0.2.9"}},
    }
    FuelMaster(running.endpoint).change_settings(SRC, {"editable": changed})
    configure_fuel(settings, running.endpoint, tmp_path)
    refresh_environments()


def planned(name: str = "copy", **options: Any) -> EnvironmentPlan:
    plan = start_environment_plan(environment_named("src-cloud"), name=name, options=options)
    assert plan.plan_job
    run_job(plan.plan_job.pk)
    plan.refresh_from_db()
    return plan


def made(plan: EnvironmentPlan) -> Job:
    job = start_duplication(plan)
    run_job(job.pk)
    job.refresh_from_db()
    plan.refresh_from_db()
    return job


def copied(fuel: FuelMaster, **options: Any) -> Environment:
    assert made(planned(**options)).state == "done"
    return fuel_environment(fuel, "copy")


def outcomes(plan: EnvironmentPlan) -> dict[str, str]:
    return {line.name: str(line.outcome) for line in lines_of(plan)}


def values(fuel: FuelMaster, environment_id: int) -> dict[str, Any]:
    editable = fuel.settings(environment_id)["editable"]
    return {
        f"{section}.{key}": one["value"]
        for section, attributes in editable.items()
        for key, one in attributes.items()
        if "value" in one
    }


def networks(fuel: FuelMaster, environment_id: int) -> dict[str, Json]:
    own = ("cidr", "gateway", "vlan_start", "ip_ranges")
    return {
        network["name"]: {key: network[key] for key in own}
        for network in fuel.network_configuration(environment_id)["networks"]
    }


def parameters(fuel: FuelMaster, environment_id: int) -> Json:
    found: Json = fuel.network_configuration(environment_id)["networking_parameters"]
    return found


def context(resumed: bool = False) -> StepContext:
    return StepContext(
        log=lambda *_, **__: None, progress=lambda *_: None, check=lambda: None, resumed=resumed
    )


def test_the_copy_has_the_settings_and_networks_of_its_source(fuel: FuelMaster) -> None:
    copy = copied(fuel)
    source = fuel.environment(SRC)
    assert (copy.release_id, copy.net_provider) == (source.release_id, source.net_provider)
    ours, theirs = values(fuel, SRC), values(fuel, copy.id)
    assert {name for name in ours if ours[name] != theirs[name]} == {"storage.fsid"}
    assert theirs["storage.volumes_ceph"] and theirs["access.password"] == PASSWORD
    assert fuel.settings(copy.id)["editable"]["syslog"]["metadata"]["enabled"]
    assert networks(fuel, copy.id) == networks(fuel, SRC)
    assert parameters(fuel, copy.id) == parameters(fuel, SRC)
    assert copy.status == "new" and fuel.nodes(copy.id) == []
    assert Cloud.objects.filter(name="copy", environment__environment_id=copy.id).exists()


def test_ids_of_networks_are_the_copy_s_own_but_for_the_master_s(fuel: FuelMaster) -> None:
    ours, theirs = fuel.network_ids(SRC), fuel.network_ids(copied(fuel).id)
    assert {name for name in ours if ours[name] == theirs[name]} == {"fuelweb_admin"}


def test_the_segmentation_of_the_source_is_that_of_the_copy(
    fuel: FuelMaster, running: RunningMaster
) -> None:
    cluster = running.master.rows["clusters"][SRC]
    cluster["_networks"]["networking_parameters"]["segmentation_type"] = "tun"
    assert parameters(fuel, copied(fuel).id)["segmentation_type"] == "tun"


def test_no_password_is_in_the_plan_or_the_log(running: RunningMaster, fuel: FuelMaster) -> None:
    plan = planned()
    made(plan)
    row = EnvironmentPlan.objects.filter(pk=plan.pk).values("lines", "notes", "content").get()
    log = "".join(LogLine.objects.values_list("message", flat=True))
    assert "access.password" in json.dumps(row)
    assert PASSWORD not in json.dumps(row) + log
    assert values(fuel, SRC)["operator_user.password"] not in json.dumps(row) + log


def test_settings_that_a_newer_release_lacks_are_named_with_the_reason(fuel: FuelMaster) -> None:
    plan = planned(release=NEWER)
    lines = {line.name: line for line in lines_of(plan)}
    assert lines["additional_components.murano"].outcome == "lost"
    assert "does not have it" in lines["additional_components.murano"].why
    assert lines["common.libvirt_type"].outcome == "lost"
    assert lines["common.libvirt_type"].now == "qemu"
    assert "choices: kvm" in lines["common.libvirt_type"].why
    assert lines["repo_setup.repos"].outcome == "own"
    assert made(plan).state == "done"
    copy = fuel_environment(fuel, "copy")
    theirs = values(fuel, copy.id)
    assert (copy.release_id, theirs["common.libvirt_type"]) == (NEWER, "kvm")
    assert theirs["repo_setup.repos"] == [{"name": f"of-{NEWER}"}]
    assert theirs["storage.osd_pool_size"] == "2"


def test_an_older_or_undeployable_release_is_refused(running: RunningMaster) -> None:
    running.master.rows["clusters"][SRC]["release_id"] = NEWER
    sentences = [refusal["sentence"] for refusal in planned(release=1).refusals]
    assert sentences == [
        "Fuel cannot deploy Newton on CentOS 6.5: it is unavailable.",
        "Newton on CentOS 6.5 is older than Ocata on Ubuntu 16.04, the source's release.",
    ]


def test_a_renumbered_copy_overlaps_no_environment(fuel: FuelMaster) -> None:
    plan = planned(renumber=True)
    assert not [note for note in plan.notes if "overlap" in note]
    assert outcomes(plan)["public"] == outcomes(plan)["floating_ranges"] == "changed"
    assert made(plan).state == "done"
    copy = fuel_environment(fuel, "copy")
    # 172.16.1.0/24 and 192.168.10.0/24 are dst-cloud's
    assert networks(fuel, copy.id)["public"] == {
        "cidr": "172.16.2.0/24",
        "gateway": "172.16.2.1",
        "vlan_start": None,
        "ip_ranges": [["172.16.2.2", "172.16.2.126"]],
    }
    assert networks(fuel, copy.id)["management"]["cidr"] == "192.168.2.0/24"
    assert networks(fuel, copy.id)["management"]["ip_ranges"] == [["192.168.2.1", "192.168.2.254"]]
    assert parameters(fuel, copy.id)["floating_ranges"] == [["172.16.2.130", "172.16.2.254"]]
    assert parameters(fuel, copy.id)["internal_cidr"] == parameters(fuel, SRC)["internal_cidr"]
    assert networks(fuel, copy.id)["fuelweb_admin"] == networks(fuel, SRC)["fuelweb_admin"]


def test_a_range_and_a_number_for_vlans_can_be_chosen(fuel: FuelMaster) -> None:
    copy = copied(fuel, cidr_base="10.50.0.0/16", vlan_offset=300)
    found = networks(fuel, copy.id)
    blocks = sorted(found[name]["cidr"] for name in ("public", "management", "storage"))
    assert blocks == ["10.50.0.0/24", "10.50.1.0/24", "10.50.2.0/24"]
    assert (found["management"]["vlan_start"], found["storage"]["vlan_start"]) == (401, 402)
    assert parameters(fuel, copy.id)["vlan_range"] == [1310, 1340]


def test_no_network_is_moved_into_the_one_that_nodes_boot_from(fuel: FuelMaster) -> None:
    assert networks(fuel, SRC)["fuelweb_admin"]["cidr"] == "10.20.0.0/24"
    found = networks(fuel, copied(fuel, cidr_base="10.20.0.0/16").id)
    blocks = sorted(found[name]["cidr"] for name in ("public", "management", "storage"))
    assert blocks == ["10.20.1.0/24", "10.20.2.0/24", "10.20.3.0/24"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"cidr_base": "10.50.0.1/16"}, "is not an IPv4 network"),
        ({"cidr_base": "fd00::/64"}, "is not an IPv4 network"),
        ({"vlan_offset": -1}, "cannot be moved up by -1"),
        ({"vlan_offset": 9999}, "cannot be moved up by 9999"),
    ],
)
def test_invalid_ranges_are_refused(options: Json, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        planned(**options)
    assert not EnvironmentPlan.objects.exists()


def test_a_release_that_fuel_does_not_have_is_refused_before_there_is_a_job() -> None:
    with pytest.raises(BadInput, match="Fuel has no release 99") as refused:
        planned(release=99)
    assert "2 (Newton on Ubuntu 16.04)" in refused.value.fix
    assert not Job.objects.filter(kind="plan_environment").exists()


def test_a_range_without_room_fails_the_plan() -> None:
    plan = planned(cidr_base="10.50.0.0/24")
    assert plan.plan_job and plan.state == "drafting"
    assert "no free block" in plan.plan_job.steps.get().error


def test_nodegroups_are_made_with_their_networks(fuel: FuelMaster) -> None:
    fuel.create_nodegroup(SRC, name="rack2")
    copy = copied(fuel, renumber=True)
    assert set(fuel.nodegroups(copy.id)) == {"default", "rack2"}
    group = fuel.nodegroups(copy.id)["rack2"]
    assert set(fuel.network_ids(copy.id, group_id=group)) >= {"public", "fuelweb_admin"}


def test_the_view_by_labels_is_carried(fuel: FuelMaster, running: RunningMaster) -> None:
    view = {"sort_by_labels": [{"rack": "asc"}], "filter_by_labels": {"rack": ["a"]}}
    running.master.rows["clusters"][SRC]["ui_settings"] |= view
    assert copied(fuel).data["ui_settings"].items() >= view.items()


def test_an_enabled_plugin_is_enabled_with_its_settings(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    install_plugin(running, SRC, releases=("newton-10.0",))
    metadata = fuel.settings(copied(fuel).id)["editable"]["demo"]["metadata"]
    assert metadata["enabled"]
    assert metadata["versions"][0]["demo_plugin_text"]["value"] == "ours"


def test_a_plugin_that_is_not_for_the_newer_release_is_named(running: RunningMaster) -> None:
    install_plugin(running, SRC, releases=("newton-10.0",))
    plan = planned(release=NEWER)
    assert outcomes(plan)["demo"] == "lost"
    assert made(plan).state == "done"


def test_a_name_that_is_taken_is_refused_before_and_while_planning(
    fuel: FuelMaster, running: RunningMaster
) -> None:
    with pytest.raises(BadInput, match="already has an environment dst-cloud"):
        planned("dst-cloud")
    create_environment(fuel, "fresh", release_id=2)  # Pumphouse has not looked since
    plan = planned("fresh")
    assert "already has an environment fresh" in plan.refusals[0]["sentence"]
    with pytest.raises(BadInput, match="already has an environment fresh"):
        start_duplication(plan)


def test_an_environment_that_got_the_name_meanwhile_is_left_alone(fuel: FuelMaster) -> None:
    plan = planned()
    other = create_environment(fuel, "copy", release_id=2)
    before = values(fuel, other.id)
    for _ in range(2):  # a retry must not take it for its own either
        job = made(plan) if plan.job is None else plan.job
        with pytest.raises(NeedsOperator, match="which this job has not created"):
            environment_copying.create(job.steps.get(key="create"), context(resumed=True))
    assert values(fuel, other.id) == before


def test_an_incomplete_environment_can_be_deleted_from_its_page(
    client: Any,
) -> None:
    plan = planned()
    plan.content["networks"].append({**plan.content["networks"][0], "name": "storage2"})
    plan.save()
    job = made(plan)
    assert job.state == "failed"
    assert job.steps.get(key="networks").error.startswith(
        "Environment copy has no network storage2"
    )
    assert "incomplete" in incomplete_sentence(plan)
    client.force_login(rows.user_with("admin"))
    page = client.get(plan.get_absolute_url()).content.decode()
    assert "/clouds/copy/delete-environment/" in page
    assert environment_named("copy").node_count == 0


def test_a_plan_is_started_once() -> None:
    plan = planned()
    made(plan)
    with pytest.raises(Conflict, match="started before"):
        start_duplication(plan)


def test_a_custom_network_is_named_as_lost(running: RunningMaster, fuel: FuelMaster) -> None:
    found = running.master.rows["clusters"][SRC]["_networks"]["networks"]
    found.append({**found[2], "id": 99, "name": "backup", "cidr": "10.9.0.0/24"})
    plan = planned()
    assert outcomes(plan)["backup"] == "lost"
    assert made(plan).state == "done"


def test_a_refusal_of_fuel_does_not_tell_what_was_sent(
    running: RunningMaster, fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned()

    def refuse(*_: Any) -> None:
        raise NeedsOperator(f"Fuel answered 400: {PASSWORD!r} is too short.", fix="Fix it.")

    monkeypatch.setattr(FuelMaster, "change_settings", refuse)
    job = made(plan)
    error = job.steps.get(key="settings").error
    assert "Fuel answered 400" in error and PASSWORD not in error
