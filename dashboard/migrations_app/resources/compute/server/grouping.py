"""Into which server group the copy of a server boots."""

from dataclasses import replace

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.records import SKIP, Decision, DecisionLookup, Loss, Record
from dashboard.migrations_app.resources.work import Work

_GROUP = "server_group"


def with_group(record: Record, decision: Decision, decision_of: DecisionLookup) -> Decision:
    """Add which group the server boots into, or the loss of one that the destination lacks.

    Nova lets a server be in one group only.
    """
    for id_ in record.fields["server_groups"]:
        group = decision_of(_GROUP, id_)
        if group and group.action != SKIP:
            return replace(decision, resolution={**decision.resolution, _GROUP: id_})
        reason = group.reason if group else "The group does not move."
        loss = Loss(field="server_groups", value=record.fields["server_groups"], reason=reason)
        return replace(decision, losses=(*decision.losses, loss))
    return decision


def scheduler_hints(work: Work) -> Json:
    """Return what a boot request says beside the server: the group that it joins, if any."""
    if not (group := work.resolution.get(_GROUP)):
        return {}
    return {"os:scheduler_hints": {"group": work.destination_id_of(_GROUP, group)}}
