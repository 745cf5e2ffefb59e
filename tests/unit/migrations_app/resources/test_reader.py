"""A tenant that a cloud does not have is told with the few that may have been meant."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.errors import NotFound
from dashboard.migrations_app.resources.reader import MOST_NAMED, find_tenant


class CloudOfTenants:
    """A cloud that has projects of these names and nothing else."""

    name = "old"

    def __init__(self, *names: str) -> None:
        self._names = names

    def list(
        self, _service: str, _path: str, _key: str, *, name: str = ""
    ) -> Iterator[dict[str, Any]]:
        return ({"id": one, "name": one} for one in self._names if name in ("", one))

    def find(self, *_path: str) -> None:
        return None


def fix_for(name: str, *names: str) -> str:
    with pytest.raises(NotFound) as refusal:
        find_tenant(CloudOfTenants(*names), name)
    return refusal.value.fix


def test_those_that_resemble_it_are_named_and_where_all_are():
    fix = fix_for("shopp", "Shop", "archive")
    assert fix == "Did you mean Shop? List them with: pumphouse tenants old --refresh."


def test_no_other_is_named_when_none_resembles_it():
    assert "Did you mean" not in fix_for("zzz", "shop", "archive")


def test_of_thousands_only_the_nearest_few_are_named():
    fix = fix_for("tenant-x", *(f"tenant-{number}" for number in range(3000)))
    assert 0 < fix.count("tenant-") <= MOST_NAMED
