"""Cinder of the stand-in: v1 and v2, of which ``versions`` in its state says what is there."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

from typing_extensions import override

from tests.support.juno.api import JunoApi, route
from tests.support.juno.cinder_rows import (
    OF_SNAPSHOT,
    OWNER,
    in_v1,
    is_wanted,
    new_snapshot,
    new_volume,
    of_v1,
)
from tests.support.juno.glance_rows import add_image
from tests.support.juno.messages import Caller, Json, Refused, Reply, Request
from tests.support.juno.recorded_answers import recordings
from tests.support.juno.rows import GONE, LATER, NAMES, look, named_error, row_of, settle, shown

BOTH = ("v1", "v2")
_ONE = {"volumes": "volume", "snapshots": "snapshot"}
_GONE = {"v1": "The resource could not be found.", "v2": "{} could not be found"}


class Cinder(JunoApi):
    """Cinder's API: both versions have the same paths."""

    name = "cinder"
    ports: ClassVar[tuple[str, ...]] = ("cinder",)

    @override
    def answer(self, request: Request) -> Reply | None:
        there = self.state.get("versions", BOTH)
        version = request.path.split("/")[1]
        return super().answer(request) if version in ("", *there) else None

    @override
    def envelope(self, refused: Refused) -> Any:
        if refused.status == 401:
            return "Authentication required"
        return named_error(NAMES, refused.status, refused.message)

    def caller_in(self, request: Request, tenant: str) -> Caller:
        """Return who asks. Raises ``Refused`` where the address has another tenant in it."""
        caller = self.cloud.caller(request)
        if caller.tenant_id != tenant:
            raise Refused(400, "Malformed request url")
        return caller

    @route("GET", "/", open_to_all=True)
    def versions(self, request: Request) -> Any:
        """Return the versions that there are."""
        [recorded] = [each for each in recordings("cinder") if each.path == "/"]
        there = tuple(self.state.get("versions", BOTH))
        versions = recorded.response["versions"]
        told = [each for each in versions if each["id"].startswith(there)]
        return self.cloud.with_addresses({"versions": told})

    @route("GET", "/{version}/")
    def version(self, request: Request, version: str) -> Any:
        """Return a version, which needs a token."""
        path = f"/{version}/"
        known = (each for each in recordings("cinder") if each.path == path)
        return self.cloud.with_addresses(next(e.response for e in known if e.status == 200))

    # volumes and snapshots

    @route("GET", "/{version}/{tenant}/{kind}/detail")
    def list_details(self, request: Request, version: str, tenant: str, kind: str) -> Any:
        """List volumes or snapshots. There is no backup and no transfer."""
        caller = self.caller_in(request, tenant)
        if kind not in _ONE:
            return {{"os-volume-transfer": "transfers"}.get(kind, kind): []}
        query = request.query if version == "v2" else of_v1(request.query)
        rows = [row for row in settle(self.state[kind]) if is_wanted(row, caller, query)]
        page = self._page(rows, version, query)
        return {kind: [self._view(row, version, caller) for row in page]}

    def _page(self, rows: list[Json], version: str, query: Mapping[str, str]) -> list[Json]:
        rest = rows[int(query.get("offset", 0)) :]
        if version == "v2" and "marker" in query:
            ids = [row["id"] for row in rest]
            if query["marker"] not in ids:
                raise Refused(404, f"Volume {query['marker']} could not be found.")
            rest = rest[ids.index(query["marker"]) + 1 :]
        most = int(query.get("limit", self.state.get("max_limit", 1000)))
        return rest[:most]

    def _view(self, row: Json, version: str, caller: Caller) -> Json:
        hidden = () if caller.is_admin else ("os-vol-host-attr", "os-vol-mig-status-attr")
        told = shown(row, *hidden)
        return in_v1(told) if version == "v1" else told

    @route("GET", "/{version}/{tenant}/volumes/{id_}")
    def volume(self, request: Request, version: str, tenant: str, id_: str) -> Json:
        """Show a volume."""
        return self._shown(request, version, tenant, "volumes", id_)

    @route("GET", "/{version}/{tenant}/snapshots/{id_}")
    def snapshot(self, request: Request, version: str, tenant: str, id_: str) -> Json:
        """Show a snapshot."""
        return self._shown(request, version, tenant, "snapshots", id_)

    def _shown(self, request: Request, version: str, tenant: str, kind: str, id_: str) -> Json:
        caller = self.caller_in(request, tenant)
        row = look(self.state[kind], id_)
        if row is None or not is_wanted(row, caller, {"all_tenants": "1"}):
            raise self._missing(version, kind)
        return {_ONE[kind]: self._view(row, version, caller)}

    def _missing(self, version: str, kind: str) -> Refused:
        return Refused(404, _GONE[version].format(_ONE[kind].capitalize()))

    def _row(self, request: Request, version: str, tenant: str, kind: str, id_: str) -> Json:
        """Return a row that the caller may change."""
        caller = self.caller_in(request, tenant)
        row = row_of(self.state[kind], id_)
        if row is None or not is_wanted(row, caller, {"all_tenants": "1"}):
            raise self._missing(version, kind)
        return row

    @route("POST", "/{version}/{tenant}/volumes")
    def create_volume(self, request: Request, version: str, tenant: str) -> Reply:
        """Create a volume, which may be made of a snapshot."""
        caller = self.caller_in(request, tenant)
        given = request.body["volume"] if version == "v2" else of_v1(request.body["volume"])
        self._require_room(tenant, given["size"])
        row = new_volume(str(uuid4()), given, caller, self.state)
        self.state["volumes"].insert(0, row)
        body = {"volume": self._view(row, version, caller)}
        return Reply(200 if version == "v1" else 202, body)

    def _require_room(self, tenant: str, size: int) -> None:
        limit, used = self._limits(tenant)["gigabytes"], self._used(tenant).get("gigabytes", 0)
        if used + size > limit:
            raise Refused(
                413,
                "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed "
                f"Gigabytes quota. Requested {size}G, quota is {limit}G and {used}G has been "
                "consumed.",
            )

    @route("POST", "/{version}/{tenant}/snapshots")
    def create_snapshot(self, request: Request, version: str, tenant: str) -> Reply:
        """Create a snapshot, of a volume in use only where that is forced."""
        caller = self.caller_in(request, tenant)
        given = request.body["snapshot"] if version == "v2" else of_v1(request.body["snapshot"])
        volume = row_of(self.state["volumes"], given["volume_id"])
        if volume is None:
            raise self._missing(version, "volumes")
        if volume["status"] != "available" and not given.get("force"):
            raise Refused(400, "Invalid volume: must be available")
        row = new_snapshot(str(uuid4()), given, caller, volume)
        self.state["snapshots"].append(row)
        body = {"snapshot": self._view(row, version, caller)}
        return Reply(200 if version == "v1" else 202, body)

    @route("DELETE", "/{version}/{tenant}/volumes/{id_}")
    def delete_volume(self, request: Request, version: str, tenant: str, id_: str) -> Reply:
        """Delete a volume that nothing uses: it is gone when it has been looked at."""
        row = self._row(request, version, tenant, "volumes", id_)
        if row["status"] not in ("available", "error"):
            raise Refused(
                400,
                "Invalid volume: Volume status must be available or error, but current status is: "
                f"{row['status']}",
            )
        mine = [each for each in self.state["snapshots"] if each["volume_id"] == id_]
        if mine:
            sentence = f"Invalid volume: Volume still has {len(mine)} dependent snapshots"
            raise Refused(400, sentence)
        row.update({"status": "deleting", LATER: {GONE: True}})
        return Reply(202)

    @route("DELETE", "/{version}/{tenant}/snapshots/{id_}")
    def delete_snapshot(self, request: Request, version: str, tenant: str, id_: str) -> Reply:
        """Delete a snapshot."""
        row = self._row(request, version, tenant, "snapshots", id_)
        row.update({"status": "deleting", LATER: {GONE: True}})
        return Reply(202)

    @route("POST", "/{version}/{tenant}/volumes/{id_}/action")
    def act(self, request: Request, version: str, tenant: str, id_: str) -> Reply:
        """Upload a volume to an image, which belongs to the caller's tenant."""
        row = self._row(request, version, tenant, "volumes", id_)
        [(action, given)] = request.body.items()
        if action != "os-volume_upload_image":
            raise Refused(400, f"There is no action {action}.")
        if row["status"] != "available" and not given.get("force"):
            raise Refused(400, f"Invalid volume: Volume status is {row['status']}.")
        data = (row.get("~data") or f"volume {id_}").encode()
        formats = {name: given[name] for name in ("disk_format", "container_format")}
        if formats["disk_format"] == "qcow2":
            data = self.cloud.encode_disk(data)
        image_id = add_image(self.cloud, given["image_name"], tenant, data=data, **formats)
        before = row["status"]
        row.update({"status": "uploading", LATER: {"status": before}})
        told = {"id": id_, "image_id": image_id, "status": "uploading", "size": row["size"]}
        return Reply(202, {action: {**told, "image_name": given["image_name"], **formats}})

    # types, quotas and hosts

    @route("GET", "/{version}/{tenant}/types")
    def types(self, request: Request, version: str, tenant: str) -> Json:
        """List the types of volumes."""
        self.caller_in(request, tenant)
        return {"volume_types": self.state["types"]}

    @route("GET", "/{version}/{tenant}/types/{id_}")
    def type(self, request: Request, version: str, tenant: str, id_: str) -> Json:
        """Show a type of volumes."""
        self.caller_in(request, tenant)
        return {"volume_type": row_of(self.state["types"], id_)}

    @route("GET", "/{version}/{tenant}/types/{id_}/encryption")
    def encryption(self, request: Request, version: str, tenant: str, id_: str) -> Json:
        """Show how volumes of a type are encrypted: they are not."""
        self.caller_in(request, tenant)
        return {}

    def _limits(self, project_id: str) -> dict[str, int]:
        return {**self.state["default_quotas"], **self.state["quotas"].get(project_id, {})}

    @route("GET", "/{version}/{tenant}/os-quota-sets/{project_id}")
    def quotas(self, request: Request, version: str, tenant: str, project_id: str) -> Json:
        """Show the limits of a tenant, with what it uses where that is asked for."""
        self.caller_in(request, tenant)
        limits = self._limits(project_id)
        if request.query.get("usage", "").lower() != "true":
            return {"quota_set": {"id": project_id, **limits}}
        used = self._used(project_id)
        told = {
            name: {"limit": limit, "in_use": used.get(name, 0), "reserved": 0}
            for name, limit in limits.items()
        }
        return {"quota_set": {"id": project_id, **told}}

    def _used(self, project_id: str) -> dict[str, int]:
        volumes = [row for row in self.state["volumes"] if row[OWNER] == project_id]
        snapshots = [row for row in self.state["snapshots"] if row[OF_SNAPSHOT] == project_id]
        types = {row["id"]: row["volume_type"] for row in self.state["volumes"]}
        used: dict[str, int] = {}
        sizes = [("volumes", each, each["volume_type"]) for each in volumes]
        sizes += [("snapshots", each, types[each["volume_id"]]) for each in snapshots]
        for kind, row, type_ in sizes:
            for suffix in ("", f"_{type_}"):
                used[f"{kind}{suffix}"] = used.get(f"{kind}{suffix}", 0) + 1
                used[f"gigabytes{suffix}"] = used.get(f"gigabytes{suffix}", 0) + row["size"]
        return used

    @route("GET", "/{version}/{tenant}/os-quota-sets/{project_id}/defaults")
    def default_quotas(self, request: Request, version: str, tenant: str, project_id: str) -> Json:
        """Show the limits of new tenants."""
        self.caller_in(request, tenant)
        return {"quota_set": {"id": project_id, **self.state["default_quotas"]}}

    @route("PUT", "/{version}/{tenant}/os-quota-sets/{project_id}")
    def set_quotas(self, request: Request, version: str, tenant: str, project_id: str) -> Json:
        """Set limits of a tenant."""
        self.caller_in(request, tenant)
        self.state["quotas"].setdefault(project_id, {}).update(request.body["quota_set"])
        return {"quota_set": self._limits(project_id)}

    @route("DELETE", "/{version}/{tenant}/os-quota-sets/{project_id}")
    def reset_quotas(self, request: Request, version: str, tenant: str, project_id: str) -> Reply:
        """Reset a tenant to the defaults."""
        self.caller_in(request, tenant)
        self.state["quotas"].pop(project_id, None)
        return Reply(200)

    @route("GET", "/{version}/{tenant}/os-services")
    def services(self, request: Request, version: str, tenant: str) -> Json:
        """List the services."""
        if not self.caller_in(request, tenant).is_admin:
            raise Refused(403, "Policy doesn't allow volume_extension:services to be performed.")
        return {"services": self.state["services"]}

    @route("GET", "/{version}/{tenant}/os-availability-zone")
    def zones(self, request: Request, version: str, tenant: str) -> Json:
        """List the one zone."""
        self.caller_in(request, tenant)
        told = {"zoneName": "nova", "zoneState": {"available": True}}
        return {"availabilityZoneInfo": [told]}
