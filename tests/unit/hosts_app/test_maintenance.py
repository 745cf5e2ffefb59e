"""What is said when a host's maintenance ends."""

import pytest

from dashboard.hosts_app import maintenance
from dashboard.hosts_app.compute.nova import ComputeService
from dashboard.hosts_app.maintenance import OFF, change_maintenance
from dashboard.hosts_app.models import OURS, Cloud

DOWN = "It is down: it takes no servers until its nova-compute runs."


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch):
    """Return a function that makes the host's nova-compute what the test says."""

    def make(**state: object) -> None:
        found = ComputeService(id="1", host="c1", **state)
        monkeypatch.setattr(maintenance, "connect", lambda cloud: None)
        monkeypatch.setattr(maintenance, "compute_service", lambda *_: found)
        monkeypatch.setattr(maintenance, "enable_service", lambda *_: None)
        monkeypatch.setattr(maintenance, "is_closed_in_placement", lambda *_: False)

    return make


@pytest.mark.parametrize(
    ("is_enabled", "is_up", "said"),
    [
        (False, True, "Enabled nova-compute of c1."),
        (False, False, f"Enabled nova-compute of c1. {DOWN}"),
        (True, True, "c1 was open already."),
        (True, False, f"c1 was open already. {DOWN}"),
    ],
)
def test_a_host_that_is_down_is_not_told_to_be_open(service, is_enabled, is_up, said):
    service(is_enabled=is_enabled, is_up=is_up, reason="" if is_enabled else OURS)
    assert change_maintenance(Cloud(name="old"), "c1", to=OFF) == said
