"""A folder with a clouds.yaml."""

from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.sdk_clouds import VENDORS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with what files name, in which openstacksdk would look for its own."""
    for name in ("ca.pem", "client.pem", "client.key"):
        (tmp_path / name).touch()
    (tmp_path / "clouds-public.yaml").write_text(yaml.safe_dump(VENDORS))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(requests, "get", never_fetched)
    return tmp_path


def never_fetched(address: str, **_: Any) -> None:
    pytest.fail(f"{address} was fetched")
