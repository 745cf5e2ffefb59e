"""What no copy of a server has, whichever cloud it moves to."""

from collections.abc import Iterable

from dashboard.migrations_app.resources.compute.server.copy_states import status_of_copy
from dashboard.migrations_app.resources.compute.server.devices import device_losses
from dashboard.migrations_app.resources.compute.server.fields import EXTRA_SPECS
from dashboard.migrations_app.resources.compute.server.locks import lock_losses
from dashboard.migrations_app.resources.compute.server.states import BROKEN, PAUSED, SUSPENDED
from dashboard.migrations_app.resources.key_names import KEYS_OF_OTHERS
from dashboard.migrations_app.resources.ownership import owner_losses
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Loss, Record


def source_losses(record: Record, reader: TenantReader) -> Iterable[Loss]:
    """Return what is lost of a server as the source has it; ``reader`` reads the source."""
    yield from owner_losses(record, reader)
    yield from _extra_spec_losses(record, reader)
    yield from _key_losses(record, reader)
    yield from lock_losses(record)
    yield from device_losses(record)
    if size := record.fields.get("ephemeral"):
        reason = "The contents of ephemeral disks are not migrated: the copy's are empty."
        yield Loss(field="ephemeral disk", value=size, reason=reason)
    if size := record.fields.get("swap"):
        reason = "The contents of the swap disk are not migrated: the copy's is empty."
        yield Loss(field="swap disk", value=size, reason=reason)
    yield from _state_losses(record, reader)


def _state_losses(record: Record, reader: TenantReader) -> Iterable[Loss]:
    status = record.fields["status"]
    arrives = status_of_copy(status, reader.options)
    if status in BROKEN:
        reason = f"The copy arrives {arrives}: look at its disk, then start it."
        yield Loss(field="status", value=status, reason=reason)
    elif arrives != status:
        reason = f"The copy arrives {arrives}, as chosen."
        yield Loss(field="status", value=status, reason=reason)
    if status in (PAUSED, SUSPENDED):
        reason = "The memory is not migrated: the copy boots afresh before it is halted again."
        yield Loss(field="memory", value=status, reason=reason)


def _extra_spec_losses(record: Record, reader: TenantReader) -> Iterable[Loss]:
    """Return the loss of extra specs that the flavor does not have (any more) as at the boot."""
    fields = record.fields
    flavor = next((each for each in reader.flavors if each["id"] == fields["flavor_id"]), None)
    if flavor and fields.get(EXTRA_SPECS, reader.extra_specs(flavor)) != reader.extra_specs(flavor):
        reason = f"Flavor {flavor['name']} has others since: the copy gets those."
        yield Loss(field=EXTRA_SPECS, value=fields[EXTRA_SPECS], reason=reason)


def _key_losses(record: Record, reader: TenantReader) -> Iterable[Loss]:
    """Return the loss of a key that its owner has deleted since the boot, or that nobody reads."""
    name, user_id = record.fields.get("key_name"), record.fields["user_id"]
    if not name:
        return
    keys = reader.list(
        "compute", "/os-keypairs", "keypairs", microversion=KEYS_OF_OTHERS, user_id=user_id
    )
    found = {entry["keypair"]["name"]: entry["keypair"] for entry in keys}
    if name not in found:
        reason = "Its owner has deleted the key; the guest has it."
        yield Loss(field="key_name", value=name, reason=reason)
    elif not found[name].get("public_key"):
        reason = "Only its user can read the key in the source; the guest has it."
        yield Loss(field="key_name", value=name, reason=reason)
