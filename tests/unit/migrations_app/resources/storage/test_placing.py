"""What a volume loses by where it is placed."""

from typing import Any

import pytest

from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.storage.volume.placing import _type_losses


@pytest.mark.parametrize(
    ("told", "lost"), [({}, []), ({"multiattach": False}, []), ({"multiattach": True}, [True])]
)
def test_a_volume_that_does_not_tell_whether_several_servers_may_have_it_is_for_one(told, lost):
    fields: dict[str, Any] = {"volume_type": "fast", **told}
    record = Record(type="volume", id="v", name="data", fields=fields)
    found = _type_losses(record, "fast", {"name": "fast"}, "new")
    assert [loss.value for loss in found] == lost
