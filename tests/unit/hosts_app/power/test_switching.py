"""The power of hosts in rows, plans and jobs; at the seams where Nova and the BMCs are asked."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from dashboard.clients.ipmi import Bmc, Operation, PowerState
from dashboard.errors import BadInput, NeedsOperator, Retryable
from dashboard.hosts_app.compute.nova import ComputeService
from dashboard.hosts_app.models import Cloud, Host, HostPlan
from dashboard.hosts_app.plans.host_action import host_action_named
from dashboard.hosts_app.plans.host_plans import start_host_action
from dashboard.hosts_app.plans.lines import PlanDraft, PlanLine
from dashboard.hosts_app.power import planning as power_plan
from dashboard.hosts_app.power import switching as power
from dashboard.hosts_app.power.switching import log_power, refresh_power, start_power, switch
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import Dependency, LogLevel

pytestmark = pytest.mark.django_db
ACTIONS = {"power_on": 0, "power_off": 2, "power_cycle": 2, "soft_off": 2, "network_boot": 0}
INVENTORY = """
hosts:
  c1: {ipmi: {host: 127.0.0.1, auth: {user: admin, password: secret-of-c1}}}
  c2.example.net: {ipmi: {host: 127.0.0.1, auth: {user: admin, password: secret-of-c2}}}
  c3: {}
"""


class FakeBmc:
    """A BMC that remembers what it was asked, and does it."""

    def __init__(self, state: PowerState = PowerState.ON) -> None:
        self.state = state
        self.asked: list[str] = []

    def power_status(self) -> PowerState:
        return self.state

    def power_on(self) -> None:
        self._do("on", PowerState.ON)

    def power_off(self) -> None:
        self._do("off", PowerState.OFF)

    def soft_off(self) -> None:
        self._do("soft_off", PowerState.OFF)

    def boot_from_network(self) -> None:
        self._do("pxe", self.state)

    def wait_until_on(self, **_: Any) -> None:
        assert self.state == PowerState.ON

    def wait_until_off(self, **_: Any) -> None:
        assert self.state == PowerState.OFF

    def _do(self, what: str, state: PowerState) -> None:
        self.asked.append(what)
        self.state = state


@pytest.fixture
def cloud() -> Cloud:
    old = Cloud.objects.create(name="old", section="old")
    for name in ("c1", "c2", "c3", "c4"):
        Host.objects.create(
            cloud=old, name=name, is_up=True, is_enabled=True, seen_at=timezone.now()
        )
    return old


@pytest.fixture
def inventory(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY)
    settings.PUMPHOUSE_INVENTORY = str(path)
    return path


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, PowerState | Retryable]:
    """Return what each BMC says, by its host."""
    given: dict[str, PowerState | Retryable] = {}

    def ask_all(bmcs: Iterable[Bmc], operation: Operation) -> dict[str, PowerState | Retryable]:
        assert operation == Operation.STATUS
        return {bmc.name: given[bmc.name] for bmc in bmcs}

    monkeypatch.setattr(power, "ask_all", ask_all)
    return given


def context(tell: Callable[..., None] = lambda *_, **__: None) -> StepContext:
    return StepContext(log=tell, progress=lambda *_: None, check=lambda: None, resumed=False)


def test_rows_have_the_power_and_why_it_is_not_known(
    cloud: Cloud, inventory: Path, answers: dict[str, PowerState | Retryable]
) -> None:
    silent = Retryable("The BMC of c2 does not answer.", fix="Check its network.")
    answers.update({"c1": PowerState.OFF, "c2.example.net": silent})
    told = refresh_power(cloud.hosts.all())
    assert told == "Asked 2 BMCs for the power of their hosts; 1 did not answer."
    rows = {host.name: (host.power, host.power_problem) for host in cloud.hosts.all()}
    assert rows == {"c1": ("off", ""), "c2": ("", str(silent)), "c3": ("", ""), "c4": ("", "")}


def test_what_was_known_is_forgotten_when_the_inventory_goes(
    cloud: Cloud, inventory: Path, answers: dict[str, PowerState | Retryable]
) -> None:
    answers.update({"c1": PowerState.ON, "c2.example.net": PowerState.ON})
    refresh_power(cloud.hosts.all())
    inventory.unlink()
    assert refresh_power(cloud.hosts.all()).startswith("Asked 0 BMCs")
    assert not cloud.hosts.exclude(power="").exists()


def test_a_faulty_inventory_is_logged_and_fails_no_refresh(cloud: Cloud, inventory: Path) -> None:
    inventory.write_text("hosts: {c1: {ipmi: nowhere}}")
    told: list[tuple[str, dict[str, Any]]] = []
    log_power(cloud.hosts.all(), context(lambda message, **more: told.append((message, more))))
    assert "inventory.yaml" in told[0][0] and told[0][1] == {"level": LogLevel.WARNING}


@pytest.fixture
def draft(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[..., PlanDraft]:
    """Return a function that plans an action on a host with servers in every state."""

    def draft_action(name: str, *, bmc: Any = None, takes_servers: bool = True) -> PlanDraft:
        statuses = ("ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED", "ERROR")
        servers = [{"name": f"is-{status}", "status": status} for status in statuses]
        service = ComputeService(id="1", host="c1", is_enabled=takes_servers, is_up=True)
        monkeypatch.setattr(power_plan, "connect", lambda _: None)
        monkeypatch.setattr(power_plan, "compute_service", lambda *_: service)
        monkeypatch.setattr(power_plan, "servers_on", lambda *_: servers)
        monkeypatch.setattr(power_plan, "bmc_of", lambda _: bmc or FakeBmc())
        return host_action_named(name).draft(cloud, "c1", {})

    return draft_action


@pytest.mark.parametrize(("name", "lines"), ACTIONS.items())
def test_the_servers_that_would_lose_their_power_are_listed(
    draft: Callable[..., PlanDraft], name: str, lines: int
) -> None:
    planned = draft(name)
    assert [line.state for line in planned.lines if isinstance(line, PlanLine)] == [
        "ACTIVE",
        "PAUSED",
    ][:lines]
    assert planned.notes[0] == "c1 is on now." and not planned.refusals
    assert any("2 servers on it would" in note for note in planned.notes) == bool(lines)


def test_a_host_that_takes_new_servers_should_be_closed_first(
    draft: Callable[..., PlanDraft],
) -> None:
    assert any("maintenance first" in note for note in draft("power_off").notes)
    closed = draft("power_off", takes_servers=False)
    assert not any("maintenance first" in note for note in closed.notes)


def test_a_host_whose_bmc_does_not_answer_is_refused(draft: Callable[..., PlanDraft]) -> None:
    class Silent:
        def power_status(self) -> PowerState:
            raise Retryable("The BMC of c1 does not answer.", fix="Check its network.")

    assert [str(refusal) for refusal in draft("power_off", bmc=Silent()).refusals] == [
        "The BMC of c1 does not answer. Check its network."
    ]


@pytest.mark.parametrize("name", ACTIONS)
def test_power_is_switched_only_under_the_hosts_name(cloud: Cloud, name: str) -> None:
    plan = HostPlan.objects.create(
        cloud=cloud, host="c1", action=name, state=HostPlan.State.READY, options={}
    )
    with pytest.raises(BadInput, match="nothing was done"):
        start_host_action(plan, confirmation="c2")
    job = start_host_action(plan, confirmation="c1")
    assert (job.kind, job.subject) == ("host_power", "host:old:c1")


def test_a_cycle_is_off_and_then_on_so_that_a_killed_worker_repeats_neither(cloud: Cloud) -> None:
    job = start_power(cloud, "c1", Operation.CYCLE)
    off, on = job.steps.order_by("ordinal")
    assert (off.action, on.action) == ("off", "on")
    assert Dependency.objects.filter(step=on, needs=off, hard=True).exists()


@pytest.mark.parametrize(
    ("operation", "asked", "state"),
    [
        (Operation.ON, ["on"], "on"),
        (Operation.OFF, ["off"], "off"),
        (Operation.SOFT_OFF, ["soft_off"], "off"),
        (Operation.BOOT_FROM_NETWORK, ["pxe"], "on"),
    ],
)
def test_a_switch_is_over_when_the_bmc_says_so(
    monkeypatch: pytest.MonkeyPatch, operation: Operation, asked: list[str], state: str
) -> None:
    bmc = FakeBmc()
    monkeypatch.setattr(power, "bmc_of", lambda _: bmc)
    switch("c1", operation, context())
    assert (bmc.asked, bmc.state) == (asked, state)


def test_a_bmc_that_does_not_obey_fails_the_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stubborn(FakeBmc):
        def wait_until_off(self, **_: Any) -> None:
            raise NeedsOperator("The power of c1 is still on after 120 s, not off.")

    monkeypatch.setattr(power, "bmc_of", lambda _: Stubborn())
    with pytest.raises(NeedsOperator, match="still on"):
        switch("c1", Operation.OFF, context())
