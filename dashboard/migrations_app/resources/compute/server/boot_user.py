"""Who boots the copy of a server: its owner, or the operator where it takes an administrator."""

from dataclasses import replace

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.compute.server.fields import ON_EXTERNAL
from dashboard.migrations_app.resources.flavor_sizes import DISK
from dashboard.migrations_app.resources.ownership import operator_owns
from dashboard.migrations_app.resources.records import CREATE, Decision, Record
from dashboard.migrations_app.resources.work import Work

ZERO_DISKS_BY_ADMINS = "zero_disks_by_admins"
"""In a server's resolution: whether the destination's owners may boot on no flavor without disk."""
_BY_OPERATOR = "booted_by_operator"
_NO_DISK = "Nova lets only administrators boot from an image on a flavor whose disk has size 0."
_EXTERNAL = "Nova lets only administrators connect a server to an external network."


def with_booting_operator(record: Record, decision: Decision, flavor: Decision | None) -> Decision:
    """Have the operator boot a server that its owner may not boot, and name the loss of the owner.

    ``flavor`` is what was decided about the server's flavor.
    """
    reason = _refusal(record, decision, flavor)
    if decision.action != CREATE or not reason:
        return decision
    return replace(
        decision,
        resolution={**decision.resolution, _BY_OPERATOR: True},
        losses=(*decision.losses, operator_owns(record, reason)),
    )


def _refusal(record: Record, decision: Decision, flavor: Decision | None) -> str:
    """Return why Nova refuses the owner, "" if it does not.

    Both are defaults of its policies: network:attach_external_network, and from Rocky on
    os_compute_api:servers:create:zero_disk_flavor.
    """
    if record.fields.get(ON_EXTERNAL):
        return _EXTERNAL
    disk = flavor.resolution.get(DISK, record.fields.get("disk")) if flavor else None
    needs_admin = decision.resolution.get(ZERO_DISKS_BY_ADMINS) and disk == 0
    return _NO_DISK if needs_admin and not record.fields["root_volume"] else ""


def is_booted_by_owner(work: Work) -> bool:
    """Return whether the copy is booted as its owner."""
    by_operator = work.resolution.get(_BY_OPERATOR)
    return not by_operator and work.can_impersonate(work.record.fields["user_id"])


def boot_session(work: Work) -> CloudSession:
    """Return the destination as whoever boots the copy, in the tenant's project."""
    return work.session_as(work.record.fields["user_id"] if is_booted_by_owner(work) else "")
