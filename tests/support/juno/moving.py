"""Moves from the cloud of 2014 to one of today, which is in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from dashboard.hosts_app.clouds import register_clouds
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds, quick_clock
from tests.support.cloud.sessions import login_of
from tests.support.cloud.wire import connected
from tests.support.juno.cloud import JunoCloud, running_juno


class FromJuno(TwoClouds):
    """A cloud of 2014 and a new one, their rows, and what the product does between them."""

    def __init__(self, juno: JunoCloud, new: MemoryCloud, path: Path) -> None:
        self.juno, self.new = juno, new
        access = juno.access()
        entries = {
            access.name: {"region_name": "RegionOne", "auth": dict(access.auth)},
            new.name: {"region_name": "RegionOne", "auth": login_of(new)},
        }
        path.write_text(yaml.safe_dump({"clouds": entries}), encoding="utf-8")
        rows = {row.name: row for row in register_clouds(path)}
        self.source, self.destination = rows[access.name], rows[new.name]


@contextmanager
def from_juno(folder: Path, *, keystone: tuple[str, ...] = ("v2.0", "v3")) -> Iterator[FromJuno]:
    """Serve a cloud of 2014 and a new one in memory while inside; nobody waits."""
    new = MemoryCloud("new")
    with running_juno(keystone=keystone) as juno, connected(new), quick_clock():
        yield FromJuno(juno, new, folder / "clouds.yaml")
