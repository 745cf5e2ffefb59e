"""Names of disks that a copy will not have are lost, and named."""

from typing import Any

import pytest

from dashboard.migrations_app.resources.compute.server.devices import DEVICES, ROOT, device_losses
from dashboard.migrations_app.resources.records import Record


def lost(devices: dict[str, str], *, root: str = "r", **more: Any) -> list[str]:
    fields = {"devices": devices, "volumes": [*devices], "root_volume": root, **more}
    return [
        loss.field for loss in device_losses(Record(type="server", id="s", name="a", fields=fields))
    ]


@pytest.mark.parametrize(
    ("devices", "more", "fields"),
    [
        ({"r": "/dev/vda", "d": "/dev/vdb"}, {}, []),
        ({"r": ""}, {}, []),
        ({"r": "/dev/vda", "d": "/dev/vdd"}, {}, [DEVICES]),
        # an old Nova does not tell the name of the root device beside
        ({"r": "/dev/sda", "d": "/dev/sdb"}, {}, [DEVICES]),
        ({"r": "/dev/sda"}, {ROOT: "/dev/sda"}, [DEVICES, ROOT]),
        ({"r": "/dev/vda"}, {ROOT: "/dev/vda"}, []),
    ],
)
def test_names_that_another_bus_or_a_gap_gives_are_lost(devices, more, fields):
    assert lost(devices, **more) == fields


def test_the_name_of_a_disk_of_its_own_is_lost_where_it_is_told():
    assert lost({}, root="", **{ROOT: "/dev/sda"}) == [ROOT]
