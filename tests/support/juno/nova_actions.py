"""Actions on servers of the stand-in's Nova."""

from dataclasses import dataclass
from typing import Any

from tests.support.juno.api import route
from tests.support.juno.glance_rows import add_image
from tests.support.juno.messages import Caller, Json, Refused, Reply, Request
from tests.support.juno.nova_api import NovaApi, sees
from tests.support.juno.rows import LATER, row_of

STATE, TASK, HOST = "OS-EXT-STS:vm_state", "OS-EXT-STS:task_state", "OS-EXT-SRV-ATTR:host"
_POWER = "OS-EXT-STS:power_state"


@dataclass(frozen=True)
class Move:
    """A change of state: from which states, by which task, to which status, state and power."""

    allowed: tuple[str, ...]
    task: str
    status: str
    state: str
    power: int


_MOVES = {
    "os-stop": Move(("active",), "powering-off", "SHUTOFF", "stopped", 4),
    "os-start": Move(("stopped",), "powering-on", "ACTIVE", "active", 1),
    "pause": Move(("active",), "pausing", "PAUSED", "paused", 3),
    "unpause": Move(("paused",), "unpausing", "ACTIVE", "active", 1),
    "suspend": Move(("active",), "suspending", "SUSPENDED", "suspended", 4),
    "resume": Move(("suspended",), "resuming", "ACTIVE", "active", 1),
}
_SNAPSHOTTABLE = ("active", "stopped", "paused", "suspended")
_MIGRATE_LIVE = ("host", "block_migration", "disk_over_commit")
_NO_TRUTH = (
    "Unrecognized value '{}', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', "
    "'on', 't', 'true', 'y', 'yes'"
)
_RESET = {"error": ("ERROR", "error"), "active": ("ACTIVE", "active")}


class NovaActions(NovaApi):
    """What can be done to servers."""

    name = "nova"

    @route("POST", "/v2/{tenant}/servers/{server_id}/action")
    def act(self, request: Request, tenant: str, server_id: str) -> Any:
        """Do one action."""
        caller = self.caller_in(request, tenant)
        row = row_of(self.state["servers"], server_id)
        if row is None or not sees(row, caller):
            raise Refused(404, "Instance not found")
        [(action, arguments)] = request.body.items()
        if row.get("~locked") and not caller.is_admin and action not in ("lock", "unlock"):
            raise Refused(409, f"Instance {server_id} is locked")
        if action in _MOVES:
            return self._move(row, action)
        if action == "createImage":
            return self._create_image(row, arguments, caller)
        return self._administer(request, tenant, row, action, arguments)

    def _move(self, row: Json, action: str) -> Reply:
        move, state = _MOVES[action], row[STATE]
        if state not in move.allowed or row[TASK]:
            raise Refused(409, _not_now(row, action, state))
        changes = {"status": move.status, STATE: move.state, TASK: None, _POWER: move.power}
        row.update({TASK: move.task, LATER: changes})
        return Reply(202)

    def _administer(
        self, request: Request, tenant: str, row: Json, action: str, arguments: Any
    ) -> Reply:
        """Do what is an administrator's, but for locks, which are their owners' too."""
        if action in ("lock", "unlock"):
            row["~locked"] = action == "lock"
            return Reply(202)
        if action == "os-migrateLive":
            self.require_admin(request, tenant, "admin_actions:migrateLive")
            return self._migrate_live(row, arguments)
        if action == "migrate":
            self.require_admin(request, tenant, "admin_actions:migrate")
            return self._migrate(row)
        if action == "evacuate":
            self.require_admin(request, tenant, "evacuate")
            return self._evacuate(row, arguments)
        if action == "os-resetState":
            self.require_admin(request, tenant, "admin_actions:resetState")
            status, state = _RESET[arguments["state"]]
            row.update({"status": status, STATE: state, TASK: None})
            return Reply(202)
        if action == "confirmResize":
            return self._confirm(row)
        raise Refused(400, f"There is no such action: {action}")

    def _migrate_live(self, row: Json, arguments: Json) -> Reply:
        if any(name not in arguments for name in _MIGRATE_LIVE):
            raise Refused(
                400,
                "host, block_migration and disk_over_commit must be specified for live migration.",
            )
        if arguments["block_migration"] not in (True, False):
            raise Refused(400, _NO_TRUTH.format(arguments["block_migration"]))
        if row[STATE] != "active":
            raise Refused(
                409, f"Cannot 'os-migrateLive' while instance is in vm_state {row[STATE]}"
            )
        host = arguments["host"] or self._another(row[HOST])
        self._require_usable(row, host)
        changes = {"status": "ACTIVE", TASK: None, HOST: host, **_node(host)}
        row.update({"status": "MIGRATING", TASK: "migrating", LATER: changes})
        return Reply(202)

    def _require_usable(self, row: Json, host: str) -> None:
        for name in (row[HOST], host):
            if name not in self._up():
                raise Refused(400, f"Compute service of {name} is unavailable at this time.")
        if host == row[HOST]:
            sentence = f"Unable to migrate instance ({row['id']}) to current host ({host})."
            raise Refused(400, sentence)

    def _up(self) -> list[str]:
        """Return the hosts of which nova-compute reports."""
        found = (each for each in self.state["services"] if each["binary"] == "nova-compute")
        return [each["host"] for each in found if each["state"] == "up"]

    def _another(self, host: str) -> str:
        others = [
            each["host"]
            for each in self.state["services"]
            if each["binary"] == "nova-compute"
            and (each["status"], each["state"]) == ("enabled", "up")
            and each["host"] != host
        ]
        if not others:
            raise Refused(400, "No valid host was found. ")
        return str(others[0])

    def _migrate(self, row: Json) -> Reply:
        """Migrate cold, which waits for a confirmation and is recorded."""
        host, before = self._another(row[HOST]), row[HOST]
        number = len(self.state["migrations"]) + 1
        flavors = dict.fromkeys(("old_instance_type_id", "new_instance_type_id"), 5)
        record = {
            **{"id": number, "instance_uuid": row["id"], "status": "finished", **flavors},
            **{"source_compute": before, "source_node": before, "dest_compute": host},
            **{"dest_node": host, "dest_host": "192.168.0.1"},
        }
        self.state["migrations"].append(record)
        row["~before_resize"] = {"status": row["status"], STATE: row[STATE]}
        changes = {"status": "VERIFY_RESIZE", STATE: "resized", TASK: None}
        row.update({TASK: "resize_prep", LATER: {**changes, HOST: host, **_node(host)}})
        return Reply(202)

    def _confirm(self, row: Json) -> Reply:
        """Confirm a cold migration: the server is as it was, and the record is final."""
        mine = [e for e in self.state["migrations"] if e["instance_uuid"] == row["id"]]
        mine[-1]["status"] = "confirmed"
        row.update(row.pop("~before_resize"))
        return Reply(204)

    def _evacuate(self, row: Json, arguments: Json) -> Reply:
        if "onSharedStorage" not in arguments:
            raise Refused(400, "onSharedStorage must be specified.")
        if row[HOST] in self._up():
            raise Refused(400, f"Compute service of {row[HOST]} is still in use.")
        host = arguments.get("host") or self._another(row[HOST])
        changes = {TASK: None, HOST: host, **_node(host)}
        row.update({TASK: "rebuilding", LATER: changes})
        return Reply(200)

    def _create_image(self, row: Json, arguments: Json, caller: Caller) -> Reply:
        """Make a snapshot of a disk. It belongs to the caller's tenant, and is in a header only."""
        if row[STATE] not in _SNAPSHOTTABLE:
            raise Refused(409, f"Cannot 'createImage' while instance is in vm_state {row[STATE]}")
        properties = {
            **{"instance_uuid": row["id"], "user_id": row["user_id"], "image_type": "snapshot"},
            **{"base_image_ref": (row["image"] or {"id": ""})["id"]},
            **(arguments.get("metadata") or {}),
        }
        image_id = add_image(
            self.cloud,
            arguments["name"],
            caller.tenant_id,
            data=self.cloud.encode_disk(f"disk of {row['id']}".encode()),
            properties=properties,
            disk_format="qcow2",
        )
        address = f"{self.cloud.url('nova')}/v2/{caller.tenant_id}/images/{image_id}"
        row.update({TASK: "image_snapshot_pending", LATER: {TASK: None}})
        return Reply(202, headers={"Location": address})


def _node(host: str) -> Json:
    return {"OS-EXT-SRV-ATTR:hypervisor_hostname": host}


def _not_now(row: Json, action: str, state: str) -> str:
    """Return Nova's words for an action in the wrong state: those of start and stop are others."""
    if action in ("os-start", "os-stop"):
        return (
            f"Instance {row['id']} in vm_state {state}. Cannot {action.removeprefix('os-')} while "
            "the instance is in this state."
        )
    return f"Cannot '{action}' while instance is in vm_state {state}"
