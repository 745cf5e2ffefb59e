"""The locks of servers: an owner's, and an administrator's that only administrators take off."""

from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.compute import Compute

_REASONS = (2, 73)
_ADMIN, _OWNER = "admin", "owner"


class Locks:
    """Locks servers, and answers with the log of that. Other actions are not logged."""

    def __init__(self, service: "Compute") -> None:
        self.service = service
        service.route("GET", "servers/{}/os-instance-actions", self.index)

    def index(self, request: Request) -> Json:
        """Answer with the actions on a server, the newest first."""
        row = self.service.servers.seen(request)
        return {"instanceActions": [*reversed(row.get("~actions", []))]}

    def change(self, row: Json, action: str, arguments: Json, request: Request) -> None:
        """Lock or unlock a server."""
        is_owner = request.asker.project_id == row["tenant_id"]
        if arguments and (request.version < _REASONS or action == "unlock"):
            raise Refused(400, "Additional properties are not allowed ('locked_reason')")
        if action == "lock" and row["locked"] and is_owner:
            return
        if action == "unlock" and row.get("~locked_by") == _ADMIN:
            self.service.require_admin(request)
        by = (_OWNER if is_owner else _ADMIN) if action == "lock" else None
        reason = arguments.get("locked_reason")
        row.update({"locked": action == "lock", "locked_reason": reason, "~locked_by": by})
        self._log(row, action, request)

    def _log(self, row: Json, action: str, request: Request) -> None:
        asker = request.asker
        row["~actions"] = [
            *row.get("~actions", []),
            {
                **{"action": action, "instance_uuid": row["id"], "message": None},
                **{"project_id": asker.project_id, "user_id": asker.user_id},
                "request_id": f"req-{self.service.cloud.new_id()}",
                "start_time": self.service.cloud.now(form="%Y-%m-%dT%H:%M:%S.000000"),
            },
        ]


def require_unlocked(row: Json, request: Request) -> None:
    """Raise ``Refused`` with 409 for a locked server, unless an administrator asks."""
    if row["locked"] and not request.asker.is_admin:
        raise Refused(409, f"Instance {row['id']} is locked")
