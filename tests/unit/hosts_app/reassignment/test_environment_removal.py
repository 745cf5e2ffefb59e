"""The removal of a host from its environment: refused, stopped, failed, taken back."""

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.reassignment import environment_removal
from dashboard.hosts_app.reassignment.environment_removal import remove_from_environment
from dashboard.hosts_app.reassignment.location import location_of
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from tests.support.fuel_masters import RunningMaster, switch
from tests.support.fuel_troubles import StoppedLater, watched
from tests.support.reassignments import (
    DST,
    HOST,
    NODE,
    SRC,
    Told,
    make_record,
    make_work,
    stopped_in_fuel,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Told:
    return Told()


def removal_of(fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch, told: Told) -> ReassignmentWork:
    """Return the work of the removal of the host, which is empty."""
    monkeypatch.setattr(environment_removal, "close_host", lambda *_, because: False)
    monkeypatch.setattr(environment_removal, "require_empty", lambda *_: None)
    monkeypatch.setattr(environment_removal, "providers_of", lambda *_: [])
    work = make_work(fuel, make_record(fuel, old_roles=["compute"]), told)
    work.__dict__["source"] = None
    return work


def test_a_removal_that_fuel_refuses_leaves_the_host_as_it_was(
    fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    def refuse(_environment: int) -> None:
        raise NeedsOperator("Fuel refuses it.")

    work = removal_of(fuel, monkeypatch, told)
    monkeypatch.setattr(fuel, "deploy_changes", refuse)
    with pytest.raises(NeedsOperator, match="Fuel refuses it"):
        remove_from_environment(work)
    assert not fuel.node(NODE).pending_deletion
    work.record.refresh_from_db()
    assert not work.record.is_removed


def test_a_removal_that_is_stopped_leaves_the_host_as_it_was(
    fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    work = stopped_in_fuel(removal_of(fuel, monkeypatch, told), SRC)
    with pytest.raises(NeedsOperator, match="was stopped in Fuel by somebody"):
        remove_from_environment(work)
    assert not fuel.node(NODE).pending_deletion
    assert not work.record.is_removed
    remove_from_environment(work)
    assert work.find_node() is None
    assert work.record.is_removed


def test_a_stop_after_the_host_has_left_is_told_and_holds_nothing_up(
    fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    work = removal_of(fuel, monkeypatch, told)
    with watched() as watch:
        watch.troubles.append(StoppedLater(host=HOST))
        remove_from_environment(work)
    assert work.find_node() is None
    assert fuel.environment(SRC).status == "stopped"
    assert told.lines[-1] == (
        "src-c3 has left src-cloud. Then the deployment of its other nodes was stopped in Fuel by "
        "somebody: deploy its changes in Fuel."
    )


def test_a_removal_that_fails_is_told_although_fuel_names_no_phase(
    fuel: FuelMaster, running: RunningMaster, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    work = removal_of(fuel, monkeypatch, told)
    switch(running, "fail/removal")
    with pytest.raises(NeedsOperator, match="Failed to remove 1 node"):
        remove_from_environment(work)
    assert fuel.node(NODE).error_type is None
    assert location_of(fuel, work.record).endswith("src-cloud in Fuel: its removal failed.")
    remove_from_environment(work)
    assert work.find_node() is None


def test_a_host_is_closed_again_before_it_is_seen_to_be_empty(
    fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    """A job that failed before its removal has opened the host, and may be resumed."""
    done: list[str] = []

    def close(_cloud: None, host: str, *, because: str) -> bool:
        done.append(f"closed {host} for {because}")
        return True

    work = removal_of(fuel, monkeypatch, told)
    monkeypatch.setattr(environment_removal, "close_host", close)
    monkeypatch.setattr(environment_removal, "require_empty", lambda *_: done.append("looked"))
    remove_from_environment(work)
    assert done == ["closed src-c3 for evacuation", "looked"]
    assert "Disabled nova-compute of src-c3." in told.lines


def test_a_host_that_went_offline_since_the_plan_stays_in_its_environment(
    fuel: FuelMaster, running: RunningMaster, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    work = removal_of(fuel, monkeypatch, told)
    running.master.rows["nodes"][NODE]["online"] = False
    with pytest.raises(NeedsOperator, match=r"Node 4 \(src-c3\) is offline .* Nothing was removed"):
        remove_from_environment(work)
    assert not fuel.node(NODE).pending_deletion
    assert not work.record.is_removed
    work.step.job.params["returns"] = True
    remove_from_environment(work)
    assert work.find_node() is None


def test_a_removal_can_be_taken_back_before_it_happens(fuel: FuelMaster) -> None:
    fuel.unassign(SRC, [NODE])
    fuel.keep(NODE)
    assert not fuel.node(NODE).pending_deletion


def test_a_layout_that_does_not_fit_any_more_keeps_the_host_in_its_environment(
    fuel: FuelMaster, running: RunningMaster, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    """The destination got two networks since the plan, and the host has one free interface."""
    work = removal_of(fuel, monkeypatch, told)
    networks = running.master.rows["clusters"][DST]["_networks"]["networks"]
    networks[:0] = [{**networks[1], "id": 90 + n, "name": f"extra{n}"} for n in (1, 2)]
    with pytest.raises(NeedsOperator, match=r"free for the network extra2 .* Nothing was removed"):
        remove_from_environment(work)
    assert not fuel.node(NODE).pending_deletion
    assert not work.record.is_removed
