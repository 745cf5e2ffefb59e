"""A host is fenced only when it is certainly off, and comes back only without its old copies."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dashboard.clients.ipmi import PowerState
from dashboard.errors import NeedsOperator, Retryable
from dashboard.hosts_app.compute.nova import ComputeService, force_down, lift_forced_down
from dashboard.hosts_app.maintenance import open_host
from dashboard.hosts_app.rescue import fencing
from dashboard.hosts_app.rescue.fencing import fence, require_fenced
from dashboard.jobs.kinds import StepContext

SERVICE = ComputeService(id="1", host="c1", is_enabled=True, is_up=False)
CONTEXT = StepContext(
    log=lambda *_, **__: None, progress=lambda *_: None, check=lambda: None, resumed=False
)


class FakeNova:
    """A Nova of one host; the service's fields are those of its API."""

    name = "fake"

    def __init__(self, newest: str = "2.95", **service: Any) -> None:
        self.newest = newest
        self.puts: list[tuple[str, dict[str, Any], str]] = []
        self.records: list[dict[str, Any]] = []
        self.service = {
            "id": "1",
            "zone": "nova",
            "host": "c1",
            "status": "disabled",
            "disabled_reason": "pumphouse: dead host",
            "state": "down",
            "forced_down": True,
            **service,
        }

    def supports(self, _service: str, microversion: str) -> bool:
        return _numbers(self.newest) >= _numbers(microversion)

    def at_most(self, _service: str, microversion: str) -> str:
        return min(self.newest, microversion, key=_numbers)

    def list(self, _service: str, path: str, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return self.records if path == "/os-migrations" else [self.service]

    def put(self, _service: str, path: str, body: dict[str, Any], *, microversion: str) -> None:
        self.puts.append((path, body, microversion))
        self.service |= {key: body[key] for key in ("forced_down", "status") if key in body}


class FakeBmc:
    """A BMC that obeys, or says what is wrong."""

    def __init__(self, power: PowerState, *, error: Exception | None = None) -> None:
        self.power = power
        self.error = error

    def power_status(self) -> PowerState:
        return self.power

    def power_off(self) -> None:
        if self.error:
            raise self.error
        self.power = PowerState.OFF

    def wait_until_off(self, *, seconds: float, check: Callable[[], None]) -> None:
        assert self.power == PowerState.OFF


def _numbers(microversion: str) -> list[int]:
    return [int(part) for part in microversion.split(".")]


@pytest.fixture
def with_bmc(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeBmc], FakeBmc]:
    def use(bmc: FakeBmc) -> FakeBmc:
        monkeypatch.setattr(fencing, "bmc_of", lambda _: bmc)
        return bmc

    return use


@pytest.mark.parametrize(
    ("newest", "path", "body"),
    [
        ("2.95", "/os-services/1", {"forced_down": True}),
        ("2.53", "/os-services/1", {"forced_down": True}),
        (
            "2.12",
            "/os-services/force-down",
            {"host": "c1", "binary": "nova-compute", "forced_down": True},
        ),
    ],
)
def test_a_host_is_forced_down_as_its_nova_wants_it(newest, path, body) -> None:
    nova = FakeNova(newest)
    force_down(nova, SERVICE, to=True)  # type: ignore[arg-type]
    assert [(called, sent) for called, sent, _ in nova.puts] == [(path, body)]


def test_a_nova_that_knows_no_forcing_is_not_asked() -> None:
    nova = FakeNova("2.10")
    force_down(nova, SERVICE, to=True)  # type: ignore[arg-type]
    assert nova.puts == []


def test_a_fence_takes_the_power_before_it_tells_nova(with_bmc) -> None:
    bmc, nova = with_bmc(FakeBmc(PowerState.ON)), FakeNova(forced_down=False)
    fence(nova, "c1", CONTEXT)  # type: ignore[arg-type]
    assert bmc.power == PowerState.OFF and nova.service["forced_down"]
    require_fenced(nova, "c1")  # type: ignore[arg-type]


def test_a_bmc_that_does_not_obey_leaves_the_host_unforced(with_bmc) -> None:
    nova = FakeNova(forced_down=False)
    with_bmc(FakeBmc(PowerState.ON, error=Retryable("The BMC of c1 does not answer.")))
    with pytest.raises(Retryable):
        fence(nova, "c1", CONTEXT)  # type: ignore[arg-type]
    assert not nova.service["forced_down"]


@pytest.mark.parametrize(
    ("power", "service", "sentence"),
    [
        (PowerState.ON, {}, "is powered on again"),
        (PowerState.OFF, {"forced_down": False}, "no longer counts"),
        (PowerState.OFF, {"state": "up", "forced_down": False}, "no longer counts"),
    ],
)
def test_what_is_not_certainly_off_is_not_fenced(with_bmc, power, service, sentence) -> None:
    with_bmc(FakeBmc(power))
    with pytest.raises(NeedsOperator, match=sentence):
        require_fenced(FakeNova(**service), "c1")  # type: ignore[arg-type]


def test_silence_is_enough_where_nova_knows_no_forcing(with_bmc) -> None:
    with_bmc(FakeBmc(PowerState.OFF))
    nova = FakeNova("2.10", forced_down=None)
    assert require_fenced(nova, "c1") is None  # type: ignore[arg-type, func-returns-value]
    assert nova.puts == []


@pytest.mark.parametrize("status", ["accepted", "pre-migrating", "done"])
def test_a_host_with_old_copies_is_not_opened(status: str) -> None:
    nova = FakeNova()
    nova.records = [{"id": 1, "status": status}]
    with pytest.raises(NeedsOperator, match="its copies of 1 server"):
        open_host(nova, "c1")  # type: ignore[arg-type]
    assert nova.puts == []


def test_a_host_that_has_dropped_its_copies_is_up_and_enabled_again() -> None:
    nova = FakeNova()
    nova.records = [{"id": 1, "status": "completed"}, {"id": 2, "status": "failed"}]
    assert open_host(nova, "c1")  # type: ignore[arg-type]
    assert [body for _, body, _ in nova.puts] == [{"forced_down": False}, {"status": "enabled"}]


def test_a_host_that_somebody_else_has_forced_down_is_not_opened() -> None:
    nova = FakeNova(status="enabled", disabled_reason=None)
    with pytest.raises(NeedsOperator, match="Somebody else has forced"):
        open_host(nova, "c1")  # type: ignore[arg-type]


def test_nothing_is_lifted_from_a_host_that_was_not_forced_down() -> None:
    nova = FakeNova(forced_down=False)
    assert open_host(nova, "c1")  # type: ignore[arg-type]
    assert [body for _, body, _ in nova.puts] == [{"status": "enabled"}]


def test_lifting_asks_for_the_evacuations_from_this_host() -> None:
    nova = FakeNova()
    asked: list[dict[str, Any]] = []
    nova.list = lambda *_, **query: asked.append(query) or []  # type: ignore[method-assign]
    lift_forced_down(nova, replace(SERVICE, is_forced_down=True))  # type: ignore[arg-type]
    assert asked[0]["source_compute"] == "c1" and asked[0]["migration_type"] == "evacuation"
