"""Key pairs that an old Nova shows to their users only are named, and not created."""

from typing import Any

from dashboard.migrations_app.resources.compute.keypair import Keypair
from dashboard.migrations_app.resources.compute.server.losses import source_losses
from dashboard.migrations_app.resources.compute.server.plan_findings import plan_findings
from dashboard.migrations_app.resources.key_names import UNREADABLE
from dashboard.migrations_app.resources.reader import TenantReader, TenantRef
from dashboard.migrations_app.resources.records import SKIP, WARN, Record


class OldCloud:
    """A cloud whose Nova has no microversions, and tells only the names of keys."""

    name = "old"

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = keys

    def supports(self, *_: Any) -> bool:
        return False

    def at_most(self, *_: Any) -> str:
        return ""

    def list(self, _service: str, path: str, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return [{"keypair": key} for key in self.keys] if path == "/os-keypairs" else []


def reader_of(*keys: dict[str, Any]) -> TenantReader:
    cloud: Any = OldCloud(*keys)
    return TenantReader(cloud, TenantRef("t", "shop"))


def server() -> Record:
    told = {"user_id": "ann", "flavor_id": "", "status": "ACTIVE", "key_name": "k"}
    disks: dict[str, Any] = {"devices": {}, "volumes": [], "root_volume": ""}
    return Record(type="server", id="s", name="web", fields={**told, **disks})


def test_a_key_that_nobody_can_read_is_skipped_with_the_reason():
    [record] = Keypair().reread(reader_of({"name": "k"}), {"ann:k"})
    decision = Keypair().decide(record, "", reader_of())
    assert (decision.action, decision.reason) == (SKIP, UNREADABLE)


def test_a_key_that_can_be_read_is_created():
    [record] = Keypair().reread(reader_of({"name": "k", "public_key": "ssh-rsa A"}), {"ann:k"})
    assert Keypair().decide(record, "", reader_of()).action != SKIP


def test_a_server_loses_a_key_that_nobody_can_read():
    told = {loss.field: loss.reason for loss in source_losses(server(), reader_of({"name": "k"}))}
    assert told["key_name"] == "Only its user can read the key in the source; the guest has it."


def test_a_server_keeps_a_key_that_can_be_read():
    reader = reader_of({"name": "k", "public_key": "ssh-rsa A"})
    assert "key_name" not in {loss.field for loss in source_losses(server(), reader)}


def test_what_old_servers_do_not_tell_is_said_once():
    found = [each for each in plan_findings([server()], reader_of()) if each.severity == WARN]
    assert len(found) == 1
    assert "does not tell the user data of servers" in found[0].sentence
    assert [*plan_findings([], reader_of())] == []
