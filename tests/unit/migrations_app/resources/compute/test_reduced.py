"""What a server refers to and what is left out of the move is taken off its record."""

import pytest

from dashboard.migrations_app.resources.compute.server.reduced import reduced_server
from dashboard.migrations_app.resources.key_names import key_id
from dashboard.migrations_app.resources.records import LeftOut, Record

KEPT = {"volumes": [], "deleted_volumes": [], "root_volume": "", "user_id": "ann"}


@pytest.mark.parametrize("name", ["laptop", "k" * 200])
def test_a_key_that_is_left_out_is_lost_however_long_its_name_is(name):
    server = Record(type="server", id="1", name="web", fields={**KEPT, "key_name": name})
    key = Record(type="keypair", id=key_id("ann", name), name=name, fields={})
    reduced, losses = reduced_server(server, LeftOut({("keypair", key.id): ("key pair k", key)}))
    assert reduced.fields["key_name"] is None
    assert [(loss.field, loss.reason) for loss in losses] == [
        ("key_name", "Key pair k is left out.")
    ]
