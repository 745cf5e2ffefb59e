"""What tests of hooks share: a configuration, and pauses as they need them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from dashboard.clients.hooks.base import HookKind
from dashboard.jobs import outcomes
from tests.support.receivers import Receiver, webhook_receiver

FAR = 60.0


@pytest.fixture(autouse=True)
def _settings(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look is far away, so that a run ends there; retries come at once."""
    settings.PUMPHOUSE_URL = "https://pumphouse.example.com"
    monkeypatch.setattr(HookKind, "pause", FAR)
    monkeypatch.setattr(outcomes, "pause_before", lambda *_: 0.01)


@pytest.fixture
def configure(tmp_path: Path, settings) -> Callable[..., Path]:
    """Return a function that writes the hooks of the configuration."""

    def write(*hooks: dict) -> Path:
        path = tmp_path / "clouds.yaml"
        path.write_text(yaml.safe_dump({"clouds": {}, "pumphouse": {"hooks": [*hooks]}}))
        settings.PUMPHOUSE_CONFIG = str(path)
        return path

    return write


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook's server."""
    with webhook_receiver() as found:
        yield found
