"""A campaign of six tenants between real clouds, with too little room for the last of them.

Two hosts of the source leave for it by themselves: evacuated, removed and deployed by Fuel,
booted by their BMCs. Nobody acts in between, and workers die by kill -9 in every step of the first
host.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from django.conf import settings

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.verbs.forecast import Forecast
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.compute.nova import compute_services, providers_of
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import internal_kinds
from dashboard.jobs.models import Job
from dashboard.jobs.runner import run_job
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.execution.verify import count_unexpected
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.rollback import Rollback
from tests.lab import killed_reassignment
from tests.lab.campaign_tenants import LARGE, NAMES, CampaignTenants
from tests.lab.conftest import run
from tests.lab.freed_host import fuel_and_machines, put_back
from tests.support.campaigns import campaign_of, fresh, go_on, start, states
from tests.support.dying import killed_at

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(3600)]
MEMORY = "MEMORY_MB"
LITTLE, PLENTY = 0.01, 8.0
"""Ratios: a host of the destination has room for ten small servers, one of the source for all."""
DEATHS = (
    "after the host was closed",
    "after Nova was asked to move a server",
    "between ordering its removal and noting that",
    "between choosing the network as boot device and the power",
    "while Fuel has not discovered it",
    "between ordering its installation and noting that",
    "between ordering its deployment and noting that",
    "after the small server was booted",
)
"""Moments in each kind of step of a host's job at which its worker dies."""
SOURCE_HOSTS = ("src-c1", "src-c2", "src-c3")
NOTE = """
import os
open({notes!r}, "a").write(os.environ["PUMPHOUSE_AT"] + " " + os.environ["PUMPHOUSE_HOST"] + "\\n")
"""


def set_ratio(cloud: CloudSession, ratio: float) -> dict[str, float]:
    """Set how often the memory of each host may be given away, and return how often it was."""
    hosts = [service.host for service in compute_services(cloud)]
    return {host: _set_ratio(cloud, host, ratio) for host in hosts}


def _set_ratio(cloud: CloudSession, host: str, ratio: float) -> float:
    [provider] = providers_of(cloud, host)
    path = f"/resource_providers/{provider}/inventories"
    found = cloud.get("placement", path)
    memory = found["inventories"][MEMORY]
    before, memory["allocation_ratio"] = float(memory["allocation_ratio"]), ratio
    generation = {"resource_provider_generation": found["resource_provider_generation"]}
    cloud.put("placement", path, {**generation, "inventories": found["inventories"]})
    return before


@pytest.fixture(scope="module")
def _lab(source: CloudSession, destination: CloudSession) -> Iterator[None]:
    with fuel_and_machines(source, destination):
        before = [
            (cloud, set_ratio(cloud, ratio))
            for cloud, ratio in ((source, PLENTY), (destination, LITTLE))
        ]
        try:
            yield
        finally:
            for host in SOURCE_HOSTS:
                put_back(source, destination, host)
            for cloud, ratios in before:
                for host, ratio in ratios.items():
                    _set_ratio(cloud, host, ratio)


@pytest.fixture(scope="module")
def tenants(
    _lab: None, source: CloudSession, destination: CloudSession
) -> Iterator[CampaignTenants]:
    tenants = CampaignTenants(source)
    try:
        tenants.make()
        yield tenants
    finally:
        roll_back_all(tenants)
        tenants.clear(destination)


def roll_back_all(tenants: CampaignTenants) -> None:
    """Put the source back as it was: its servers run again, and the copies are gone."""
    mine = Plan.objects.filter(tenant_id__in=tenants.projects.values())
    for plan in mine:
        if not Rollback().why_not(plan):
            run_job(Rollback().start(plan, confirmation=plan.tenant_name).pk)


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory, _lab: None) -> Iterator[Path]:
    """A file that hooks around hosts write to."""
    folder = tmp_path_factory.mktemp("hooks")
    notes = folder / "notes"
    source = NOTE.format(notes=str(notes))
    hooks = [
        {"name": at, "at": at, "command": {"run": ["python3", "-c", source]}}
        for at in ("before_host", "after_host")
    ]
    config = yaml.safe_load(Path(settings.PUMPHOUSE_CONFIG).read_text())
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({**config, "pumphouse": {"hooks": hooks}}))
    path.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "PUMPHOUSE_CONFIG", str(path))
        yield notes


@dataclass(frozen=True)
class Drained:
    """The campaign as it ended, and what its forecast had said."""

    campaign: Campaign
    reading: dict[str, Any]
    ended: str
    mortals: "Mortals"


@dataclass
class Mortals:
    """Runs jobs; workers of the first host that leaves die at each moment of ``DEATHS``."""

    home: Path
    deaths: list[str] = field(default_factory=list)

    def run(self, job_id: int) -> None:
        """Run a job to its end, by as many workers as that takes."""
        job = Job.objects.get(pk=job_id)
        if job.kind == "reassign" and not self.deaths:
            files = {
                "PUMPHOUSE_CONFIG": settings.PUMPHOUSE_CONFIG,
                "PUMPHOUSE_INVENTORY": settings.PUMPHOUSE_INVENTORY,
            }
            self.deaths += [
                moment
                for moment in DEATHS
                if killed_at(job, killed_reassignment, moment, home=self.home, **files)
            ]
        run_job(job_id)


@pytest.fixture(scope="module")
def drawn(clouds: dict[str, Cloud], tenants: CampaignTenants) -> Any:
    """The clouds as campaigns take them, and the rows of the tenants by their short names."""
    for name in NAMES:
        look_up_tenant(clouds["src"], tenants.called(name))
    rows = clouds["src"].tenants
    return SimpleNamespace(
        source=clouds["src"],
        destination=clouds["dst"],
        rows={name: rows.get(name=tenants.called(name)) for name in NAMES},
    )


def waves(drawn: Any) -> dict[str, list[Any]]:
    rows = [drawn.rows[name] for name in NAMES]
    return {"first": rows[:2], "second": rows[2:4], "third": rows[4:]}


@pytest.fixture(scope="module")
def drained(drawn: Any, notes: Path, pumphouse_home: Path) -> Drained:
    """The campaign after nobody has acted on it until its end."""
    campaign = campaign_of(drawn, waves(drawn), hosts=Campaign.Hosts.ONCE)
    run(Forecast().start(campaign))
    reading = fresh(campaign).reading
    start(campaign)
    mortals = Mortals(pumphouse_home)
    ended = go_on(campaign, run=mortals.run)
    return Drained(campaign=ended, reading=reading, ended=ended.state, mortals=mortals)


def test_the_campaign_moves_and_verifies_all_of_its_tenants(drained: Drained) -> None:
    campaign = drained.campaign
    told = {each.name: each.explanation for each in campaign.tenants.all() if each.explanation}
    hosts = [*campaign.freed_hosts.values_list("name", "state", "explanation")]
    assert drained.ended == "done", (states(campaign), told, hosts, campaign.waits_for)
    assert {*states(campaign).values()} == {"moved"}
    for tenant in campaign.tenants.select_related("plan"):
        assert tenant.plan.verified_at and count_unexpected(tenant.plan) == 0


def test_workers_died_in_each_step_of_a_host_that_left(drained: Drained) -> None:
    assert drained.mortals.deaths == [*DEATHS]


def test_two_hosts_left_for_the_destination_each_by_one_job(
    drained: Drained, source: CloudSession, destination: CloudSession
) -> None:
    freed = list(drained.campaign.freed_hosts.all())
    assert [host.state for host in freed] == ["moved", "moved"]
    assert len({host.name for host in freed}) == 2
    names = {host.name for host in freed}
    there = {each.host for each in compute_services(destination) if each.takes_servers}
    assert names <= there
    assert not names & {each.host for each in compute_services(source)}
    for host in freed:
        jobs = Job.objects.filter(kind="reassign", subject__endswith=f":{host.name}")
        assert jobs.count() == 1


def test_it_went_as_its_forecast_said(drained: Drained) -> None:
    assert not drained.reading["left"]
    assert len(drained.reading["hosts"]) == 2
    order = [*drained.campaign.tenants.order_by("started_at").values_list("pk", flat=True)]
    foretold = sorted(drained.reading["tenants"], key=lambda key: drained.reading["tenants"][key])
    assert [str(pk) for pk in order] == foretold


def test_large_servers_are_on_the_hosts_that_came(
    drained: Drained, destination: CloudSession, tenants: CampaignTenants
) -> None:
    servers = destination.list("compute", "/servers/detail", "servers", all_tenants="1")
    place = {each["name"]: each["OS-EXT-SRV-ATTR:host"] for each in servers}
    freed = {host.name for host in drained.campaign.freed_hosts.all()}
    assert {place[tenants.called(f"{name}-server")] for name in LARGE} == freed


def test_hooks_were_called_around_each_host(drained: Drained, notes: Path) -> None:
    names = [*drained.campaign.freed_hosts.values_list("name", flat=True)]
    expected = [f"{at} {name}" for name in names for at in ("before_host", "after_host")]
    assert notes.read_text().splitlines() == expected


def test_the_same_campaign_again_has_nothing_to_do(drained: Drained, drawn: Any) -> None:
    jobs = {*Job.objects.values_list("pk", flat=True)}
    again = campaign_of(drawn, waves(drawn), name="again", hosts=Campaign.Hosts.ONCE)
    start(again)
    assert go_on(again).state == "done"
    later = Job.objects.exclude(pk__in=jobs).exclude(kind__in=internal_kinds())
    assert [*later.values_list("kind", flat=True)] == ["campaign"]
    assert not again.freed_hosts.exists()
