"""Fixtures of tests with clouds in memory: no pauses, two clouds, files, and own secrets."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard import secrets
from dashboard.clients import polling, reading
from dashboard.clients.fuel import task_calls as fuel_tasks
from tests.support.cloud.journeys import between
from tests.support.cloud.moving import QuickClock, TwoClouds
from tests.support.cloud.seeds import LAST


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once: stand-ins get on each time they are asked, or within milliseconds."""
    monkeypatch.setattr(polling, "FIRST_PAUSE_SECONDS", 0.005)
    monkeypatch.setattr(reading, "time", QuickClock())
    monkeypatch.setattr(fuel_tasks, "POLL_SECONDS", 0.005)


@pytest.fixture
def clouds(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[TwoClouds]:
    """Serve two clouds of the newest release, of which the old one has the seeded tenant.

    Where a mark ``seeded_until`` names one of its parts, the tenant has nothing beyond.
    """
    mark = request.node.get_closest_marker("seeded_until")
    with between(tmp_path, "2026.2", "2026.2", until=mark.args[0] if mark else LAST) as clouds:
        yield clouds


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that keeps a text in a file of that name and gives its path."""

    def write_text(text: str, name: str = "config.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


@pytest.fixture(autouse=True)
def own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget after each test which secrets it has registered: others' texts may contain them."""
    monkeypatch.setattr(secrets, "_known", set(secrets._known))
