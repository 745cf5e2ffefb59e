"""A Fuel stand-in of the tests' own at the lab's address: new, and in this process.

Its rows can be read and changed, and troubles can hit its calls. The lab's own one is stopped
meanwhile, and its state stays.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

import lab
from dashboard.clients.fuel.endpoint import FuelEndpoint
from lab import processes
from lab.clouds import shifted
from lab.fuel import running
from lab.fuel.server import FuelServer, serving
from tests.lab.freed_host import inventory_with_switch
from tests.support.fuel_masters import RunningMaster

SECONDS_PER_STEP = 0.5


@contextmanager
def own_fuel(directory: Path) -> Iterator[RunningMaster]:
    """Serve a new stand-in, and configure it and the inventory, while inside."""
    was_up = bool(processes.pids(running.GROUP).get(running.PROCESS))
    if was_up:
        running.down()
    try:
        with _serving(directory) as fuel, pytest.MonkeyPatch.context() as patch:
            patch.setattr(settings, "PUMPHOUSE_CONFIG", str(lab.config_yaml_path()))
            patch.setattr(settings, "PUMPHOUSE_INVENTORY", str(inventory_with_switch()))
            yield fuel
    finally:
        if was_up:
            running.up()


@contextmanager
def _serving(directory: Path) -> Iterator[RunningMaster]:
    master = running.make_master(directory / "fuel.json", seconds=SECONDS_PER_STEP)
    port = shifted(running.PORT)
    with serving(FuelServer(master, port=port)) as server:
        running.announce()
        try:
            endpoint = FuelEndpoint(host="127.0.0.1", port=port, password=master.password)
            yield RunningMaster(server=server, master=master, endpoint=endpoint)
        finally:
            running.withdraw()


@contextmanager
def as_it_was(fuel: RunningMaster) -> Iterator[None]:
    """Put back at the end what was changed about the environments and machines inside."""
    master = fuel.master
    with master.lock:
        before = copy.deepcopy((master.rows, master.machines))
    try:
        yield
    finally:
        with master.lock:
            rows, master.machines = before
            master.rows = {**rows, "tasks": {}}
            vars(master.switches).update(vars(type(master.switches)()))
