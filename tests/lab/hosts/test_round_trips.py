"""A host goes through Fuel and comes back, however Fuel is set up and whatever goes wrong.

Its servers are evacuated by real clouds, its BMC boots it, and its runners are killed. Fuel is a
stand-in of the tests' own, which refuses what Nailgun refuses. The trips with the mark ``matrix``
are run by ``make lab-matrix`` alone.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings

import lab
from dashboard.clients.fuel.layout import places_of
from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.actions import reassign_controller, return_to_source
from dashboard.hosts_app.compute.nova import compute_services, host_of, migrations
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.reassignment import facts
from dashboard.hosts_app.reassignment.drained import Leftovers
from dashboard.hosts_app.reassignment.smoke_test import missing_on
from dashboard.jobs.job_lists import cleaning_up_after
from dashboard.jobs.models import Job
from dashboard.jobs.operating import resume
from dashboard.jobs.requester import NOBODY
from lab.bmc import control
from tests.lab import killed_controller, killed_reassignment, round_trips
from tests.lab.conftest import run
from tests.lab.freed_host import (
    HOST,
    planned,
    put_back,
    refusals,
    server_of,
    servers_of,
    started,
)
from tests.lab.own_fuel import as_it_was, own_fuel
from tests.lab.round_trips import DST, SRC, Leg, Trip
from tests.support.dying import killed_at
from tests.support.fuel_layouts import BOND, RACK, boots_in_rack
from tests.support.fuel_masters import RunningMaster
from tests.support.fuel_troubles import InPhase, SilentSincePlan, Trouble, Watched, watched

ENVIRONMENTS = {SRC: "src", DST: "dst"}


@pytest.fixture(scope="module")
def fuel(
    source: CloudSession,
    destination: CloudSession,
    clouds: dict[str, Cloud],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningMaster]:
    with own_fuel(tmp_path_factory.mktemp("fuel")) as running:
        yield running
        put_back(source, destination)


@pytest.fixture
def traveller(
    fuel: RunningMaster,
    clouds: dict[str, Cloud],
    source: CloudSession,
    destination: CloudSession,
    pumphouse_home: Path,
) -> Iterator["Traveller"]:
    """The host, at home at first and put back there at the end."""
    with as_it_was(fuel), watched() as watch:
        try:
            yield Traveller(
                fuel=fuel,
                watch=watch,
                clouds=clouds,
                sessions={"src": source, "dst": destination},
                home=pumphouse_home,
            )
        finally:
            put_back(source, destination)


@dataclass(kw_only=True)
class Traveller:
    """A host on its way: what runs its jobs, kills them and looks at what came of it."""

    fuel: RunningMaster
    watch: Watched
    clouds: dict[str, Cloud]
    sessions: dict[str, CloudSession]
    home: Path
    host: str = HOST
    moments: ModuleType = killed_reassignment

    def go(self, leg: Leg, *, cloud: str, arrives_in: int | None) -> None:
        """Go one leg from a cloud to an environment, None for none, and check what is left."""
        self.watch.taken.clear()
        lines = len(control.log(HOST))
        with ExitStack() as stack:
            ids = self._booted(leg, cloud, stack)
            job = self._through(leg, cloud)
            self._check_servers(cloud, ids)
        self._check_orders(leg)
        assert sum("starts from network" in one for one in control.log(HOST)[lines:]) == leg.boots
        if not leg.is_given_up:
            self._check_place(leg, arrives_in, job)

    def _booted(self, leg: Leg, cloud: str, stack: ExitStack) -> list[str]:
        if not leg.servers:
            return []
        boot = stack.enter_context(servers_of(self.sessions[cloud], f"trip-{uuid.uuid4().hex[:6]}"))
        return [boot() for _ in range(leg.servers)]

    def _through(self, leg: Leg, cloud: str) -> Job:
        """Run the job of a leg through its events."""
        job = self._started(leg, cloud)
        passing = self._arm([make() for make in leg.passing])
        for event in leg.events:
            if isinstance(event, str):
                assert self._killed(job, event), f"no runner died {event}"
            else:
                job = self._failed(job, event())
        if not leg.is_given_up:
            job = run(resumed(job))
        assert [trouble for trouble in passing if not trouble.is_over] == []
        self._disarm(passing)
        return job

    def _started(self, leg: Leg, cloud: str) -> Job:
        return started(self.clouds[cloud], leg.action, host=self.host, **leg.options)

    def _failed(self, job: Job, trouble: Trouble) -> Job:
        """Run the job, which fails by that trouble, and mend it."""
        self._arm([trouble])
        job = run(resumed(job), state="failed")
        assert trouble.told in f"{job.explanation}"
        assert trouble.is_over
        self._disarm([trouble])
        if opening := cleaning_up_after(job):
            run(opening)
        return job

    def _arm(self, troubles: Sequence[Trouble]) -> Sequence[Trouble]:
        with self.fuel.master.lock:
            for trouble in troubles:
                trouble.host = self.host
                self.watch.troubles.append(trouble)
        return troubles

    def _disarm(self, troubles: Sequence[Trouble]) -> None:
        with self.fuel.master.lock:
            for trouble in troubles:
                trouble.end(self.fuel.master)
                self.watch.troubles.remove(trouble)

    def _killed(self, job: Job, moment: str) -> bool:
        files = {
            "PUMPHOUSE_CONFIG": str(lab.config_yaml_path()),
            "PUMPHOUSE_INVENTORY": settings.PUMPHOUSE_INVENTORY,
        }
        return killed_at(resumed(job), self.moments, moment, home=self.home, **files)

    def _check_servers(self, cloud: str, ids: Sequence[str]) -> None:
        for id_ in ids:
            assert len(migrations(self.sessions[cloud], instance_uuid=id_)) == 1
            server = server_of(self.sessions[cloud], id_)
            assert (server["status"], host_of(server) == self.host) == ("ACTIVE", False)

    def _check_orders(self, leg: Leg) -> None:
        """Each order was given once, and once more after it was stopped or failed."""
        wanted = Counter(leg.orders)
        for event in leg.events[:-1] if leg.is_given_up else leg.events:
            trouble = None if isinstance(event, str) else event()
            if isinstance(trouble, InPhase) and trouble.repeats_order:
                wanted[leg.order_of(trouble.phase)] += 1
        assert Counter(self.watch.orders()) == wanted

    def _check_place(self, leg: Leg, environment: int | None, job: Job) -> None:
        fuel = FuelMaster(self.fuel.endpoint)
        node = fuel.node_with_macs(job.reassignment.macs)
        assert node and node.environment_id == environment
        faces = fuel.interfaces(node.id)
        assert places_of(faces) == leg.places
        if environment is None:
            assert (node.status, node.roles) == ("discover", ())
            self._check_forgotten("src")
            return
        assert node.status == "ready"
        bonds = [(one["mode"], one["slaves"]) for one in faces if one["type"] == "bond"]
        assert bonds == [(BOND["mode"], BOND["slaves"])] * ("bond0" in leg.places.values())
        if "compute" in node.roles:
            here = ENVIRONMENTS[environment]
            assert missing_on(self.sessions[here], self.host) == ""
            for name in {"src", "dst"} - {here}:
                self._check_forgotten(name)

    def _check_forgotten(self, cloud: str) -> None:
        """Nothing of the host is left in a cloud, nor in what is known of it."""
        session = self.sessions[cloud]
        assert self.host not in [service.host for service in compute_services(session)]
        providers = f"/resource_providers?name={self.host}"
        assert not session.get("placement", providers, "resource_providers")
        assert not self.clouds[cloud].hosts.filter(name=self.host).exists()


def resumed(job: Job) -> Job:
    """Retry a job that failed; one whose runner died goes on by itself."""
    job.refresh_from_db()
    return resume(job, requester=NOBODY) if job.state == "failed" else job


def there_and_back(traveller: Traveller, trip: Trip) -> None:
    """Set Fuel up as the trip says, and go both of its legs."""
    for lay_out in trip.layouts:
        lay_out(traveller.fuel, traveller.host)
    leaves = trip.there.action == "remove_from_fuel"
    traveller.go(trip.there, cloud="src", arrives_in=None if leaves else DST)
    if trip.between:
        trip.between(traveller.fuel, traveller.host)
    away = "dst" if trip.back.action == "reassign" else "src"
    traveller.go(trip.back, cloud=away, arrives_in=SRC)


def of(trips: Sequence[Trip], matrix: Sequence[Trip]) -> list[Any]:
    """Return the trips as parameters, those of the matrix with its mark."""
    return [
        *(pytest.param(trip, id=trip.name) for trip in trips),
        *(pytest.param(trip, id=trip.name, marks=pytest.mark.matrix) for trip in matrix),
    ]


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("trip", of(round_trips.TRIPS, round_trips.MATRIX))
def test_a_host_arrives_and_comes_back(traveller: Traveller, trip: Trip) -> None:
    there_and_back(traveller, trip)


@pytest.fixture
def controller(traveller: Traveller, monkeypatch: pytest.MonkeyPatch) -> Traveller:
    """The controller of a cloud that seems to be drained, and a BMC that boots it."""
    machine = facts.Machine(host=killed_controller.MACHINE)
    killed_controller.stand_in(monkeypatch.setattr)
    monkeypatch.setattr(reassign_controller, "leftovers_of", lambda *_: Leftovers())
    for module in (facts, return_to_source):
        monkeypatch.setattr(module, "read_machine", lambda *_: machine)
    with traveller.fuel.master.lock:
        for node in traveller.fuel.master.nodes_of(SRC):
            if "compute" in node["roles"]:
                del traveller.fuel.master.rows["nodes"][node["id"]]
    return replace(traveller, host=killed_controller.CONTROLLER, moments=killed_controller)


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("trip", of(round_trips.CONTROLLER_TRIPS, round_trips.CONTROLLER_MATRIX))
def test_a_controller_is_returned_from_where_it_did_not_arrive(
    controller: Traveller, trip: Trip
) -> None:
    there_and_back(controller, trip)


def test_what_fuel_would_refuse_is_refused_by_the_plan(
    traveller: Traveller, clouds: dict[str, Cloud]
) -> None:
    def told(action: str = "reassign", **options: Any) -> str:
        return refusals(planned(clouds["src"], action, **options))

    assert "no node can have both roles compute and controller" in told(roles="compute, controller")
    assert "does not allow the role ceph-osd: Ceph should be enabled" in told(
        roles="compute, ceph-osd"
    )
    assert "no node can have both roles controller and compute" in told(
        "reassign_controller", host=killed_controller.CONTROLLER, roles="controller, compute"
    )
    boots_in_rack(traveller.fuel, HOST, SRC)
    assert f"Environment dst-cloud has no nodegroup {RACK}" in told()
    SilentSincePlan.silence(traveller.fuel.master, HOST)
    for action in ("reassign", "remove_from_fuel"):
        assert f"({HOST}) is ready in Fuel and offline" in told(action)
    assert traveller.watch.taken == []
    assert not any(node["pending_deletion"] for node in traveller.fuel.master.all("nodes"))
