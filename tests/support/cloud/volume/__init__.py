"""Cinder: volumes with their bytes, snapshots and types."""

import re
from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.quotas import QuotaSets
from tests.support.cloud.service import Service
from tests.support.cloud.volume.backups import Backups
from tests.support.cloud.volume.managing import Managing
from tests.support.cloud.volume.qos_specs import QosSpecs
from tests.support.cloud.volume.snapshots import Snapshots
from tests.support.cloud.volume.types import VolumeTypes
from tests.support.cloud.volume.volume_actions import VolumeActions
from tests.support.cloud.volume.volumes import Volumes

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud

_NAMES = {400: "badRequest", 403: "forbidden", 404: "itemNotFound", 413: "overLimit"}
_project = re.compile(r"^/[0-9a-f]{32}(?=/|$)")


class BlockStorage(Service):
    """Cinder's v3 API. Its addresses have the project's id in them until 2023.1.

    ``fails``: what becomes of new volumes is an error. ``falls_back``: volumes for a zone that
    there is not are put into the default one, as by allow_availability_zone_fallback.
    ``storage_protocol`` is what its pools tell of the storage.
    """

    type = "block_storage"
    name = "cinder"
    root = "volume"
    prefix = "/v3"
    microversion_name = "volume"
    oldest_version = "3.0"

    def __init__(self, cloud: "MemoryCloud") -> None:
        super().__init__(cloud)
        self.fails = self.falls_back = False
        self.storage_protocol = "iSCSI"
        self.types, self.volumes, self.snapshots = VolumeTypes(), Volumes(), Snapshots()
        self.qos_specs, self.backups = QosSpecs(), Backups()
        collections = (self.types, self.volumes, self.snapshots, self.qos_specs, self.backups)
        cloud.add(self, *collections)
        self.types.add_defaults()
        self.actions = VolumeActions(self)
        self.managing = Managing(self)
        cloud.quotas.count("volumes", self.volumes)
        cloud.quotas.count("snapshots", self.snapshots)
        cloud.quotas.count("gigabytes", self.volumes, lambda row: int(row["size"]))
        cloud.quotas.count("backups", self.backups)
        cloud.quotas.count("backup_gigabytes", self.backups, lambda row: int(row["size"]))
        QuotaSets(self, unknown="Bad key(s) in quota set: {}")
        self.route("GET", "os-services", self.services)
        self.route("GET", "os-availability-zone", self.zones)
        self.route("GET", "scheduler-stats/get_pools", self.pools)
        self.route("GET", "os-volume-transfer/detail", lambda r: self._listed(r, "transfers"))

    @property
    def type_in_catalogue(self) -> str:
        """The type has the version in it."""
        return "volumev3"

    @property
    def path_in_catalogue(self) -> str:  # type: ignore[override]
        """The path in the catalogue, of older releases with the project's id."""
        is_recent = self.cloud.release.is_from("2025.1")
        return self.prefix if is_recent else f"{self.prefix}/{{project_id}}"

    def without_project(self, path: str) -> str:
        """Return the path without the project's id."""
        return _project.sub("", path, count=1)

    def services(self, request: Request) -> Json:
        """Answer with cinder-volume and the scheduler."""
        self.require_admin(request)
        controller = f"{self.cloud.name}-ctl"
        of_backend = {
            **{"replication_status": "disabled", "active_backend_id": None, "frozen": False},
            "backend_state": "up",
        }
        volume = self._service("cinder-volume", f"{controller}@nfs")
        found = [{**volume, **of_backend}, self._service("cinder-scheduler", controller)]
        if self.backups.runs:
            found.append(self._service("cinder-backup", controller))
        return {"services": found}

    def _service(self, binary: str, host: str) -> Json:
        return {
            **{"binary": binary, "host": host, "zone": "nova", "status": "enabled", "state": "up"},
            **{"updated_at": self.cloud.now(), "disabled_reason": None, "cluster": None},
        }

    def pools(self, request: Request) -> Json:
        """Answer with the one pool of the storage, to administrators."""
        self.require_admin(request)
        told = {"volume_backend_name": "nfs", "storage_protocol": self.storage_protocol}
        return {"pools": [{"name": f"{self.cloud.name}-ctl@nfs#nfs", "capabilities": told}]}

    def _listed(self, request: Request, key: str) -> Json:
        """Answer with all transfers: there are those that a test has put there."""
        return self.page(request, key, [*self.cloud.rows(f"volume/{key}").values()])

    def zones(self, request: Request) -> Json:
        """Answer with the one availability zone that there is by default."""
        known = [{"zoneName": "nova", "zoneState": {"available": True}}]
        return {"availabilityZoneInfo": known}

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error: its name depends on the status."""
        name = _NAMES.get(refused.status, "computeFault")
        return {name: {"code": refused.status, "message": refused.message}}

    def over_quota(self, name: str, *, limit: int, wanted: int) -> Refused:
        """Return the error for what a quota has no room for."""
        what = {
            "gigabytes": "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds "
            f"allowed gigabytes quota. Requested {wanted}G, quota is {limit}G.",
            "volumes": f"VolumeLimitExceeded: Maximum number of volumes allowed ({limit}) exceeded "
            "for quota 'volumes'.",
            "backups": f"BackupLimitExceeded: Maximum number of backups allowed ({limit}) exceeded",
            "backup_gigabytes": "VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds "
            f"allowed Backup gigabytes quota. Requested {wanted}G, quota is {limit}G.",
            "snapshots": f"SnapshotLimitExceeded: Maximum number of snapshots allowed ({limit}) "
            "exceeded",
        }
        return Refused(413, what[name], retry_after="0")
