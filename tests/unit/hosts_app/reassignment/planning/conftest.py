"""One Fuel master for all tests of a module."""

import copy
from collections.abc import Iterator

import pytest

from tests.support.fuel_masters import RunningMaster, running_master


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMaster]:
    with running_master(tmp_path_factory.mktemp("fuel")) as running:
        yield running


@pytest.fixture
def running(master: RunningMaster) -> Iterator[RunningMaster]:
    """The one master; what a test changes about it is put back."""
    before = copy.deepcopy(master.master.rows)
    yield master
    master.master.rows = before
