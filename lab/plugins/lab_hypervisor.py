"""Nova's fake virt driver, extended by a disk, a persistent power state and volume snapshots.

<lab_disks>/<server id>/disk        the guest's disk: downloaded from the image at boot, uploaded by
                                    a server snapshot; writing into it is "the guest wrote". Shared
                                    by all hosts of the cloud, as on shared storage.
                        state.json  host and power state, so that they survive a restart.
<lab_volumes>/<share>/volume-<id>*  the files of Cinder's NFS driver.

Works unchanged on Nova 27 to 34. The fake driver alone leaves snapshots `queued` forever, loses
power states and refuses to detach ports of servers that moved.
"""

# Runs in a cloud's own virtual environment, which has the imported packages.
# mypy: ignore-errors
import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from nova import objects
from nova.compute import power_state, task_states
from nova.image import glance
from nova.objects.instance import Instance
from nova.virt import block_device, fake
from nova.volume import cinder
from os_brick.initiator import utils as connections
from oslo_config import cfg

CONF = cfg.CONF
CONF.register_opts([cfg.StrOpt("lab_disks"), cfg.StrOpt("lab_volumes")])
IMAGES = glance.API()
VOLUMES = cinder.API()
KEEPS_DISK = (task_states.RESIZE_REVERTING, task_states.MIGRATING)
SNAPSHOT_PATIENCE = 120
MIGRATION = "lab:live_migration"
# as on hosts with open-iscsi: without it, nothing attaches a volume that Cinder took over, of which
# it does not know the service (true of 2023.1 and of 2026.2)
connections.ISCSI_SUPPORTS_MANUAL_SCAN = True


def path_of(server: str, name: str = "") -> Path:
    """Return the path of a server's file."""
    return Path(CONF.lab_disks) / server / name


def node_id() -> str:
    """Return the id of this installation of the host in Nova and placement."""
    return (Path(CONF.state_path) / "compute_id").read_text().strip()


class LabHypervisor(fake.FakeDriver):
    """One host with room for everything."""

    vcpus = 64
    memory_mb = 65536
    local_gb = 2000

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._aborted: set[str] = set()

    # The fake driver generates a new node id per process; Nova 27 and newer refuse to start a host
    # that lost its identity.

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        """Return the host's resources, with the id of its installation."""
        resource = super().get_available_resource(nodename)
        if resource:
            resource["uuid"] = node_id()
        return resource

    def get_nodenames_by_uuid(self, refresh: bool = False) -> dict[str, str]:
        """Return the reverse mapping of the same id."""
        return {node_id(): name for name in self.get_available_nodes()}

    # Power state

    def init_host(self, host: str) -> None:
        """Restore the servers that were here before a restart."""
        super().init_host(host)
        for directory in Path(CONF.lab_disks).iterdir():
            try:
                state = json.loads((directory / "state.json").read_text())
            except (OSError, ValueError):
                continue
            if state["host"] == CONF.host:
                server = fake.FakeInstance(state["name"], state["state"], directory.name)
                self.instances[directory.name] = server

    def _save(self, instance: Instance, state: int | None = None) -> None:
        known = self.instances[instance.uuid]
        known.state = known.state if state is None else state
        path_of(instance.uuid).mkdir(parents=True, exist_ok=True)
        part = path_of(instance.uuid, "state.json.part")
        part.write_text(json.dumps({"host": CONF.host, "name": known.name, "state": known.state}))
        part.rename(path_of(instance.uuid, "state.json"))

    def power_off(self, instance: Instance, *args: Any, **kwargs: Any) -> None:
        """Switch off; the server stays off after a restart of nova-compute."""
        super().power_off(instance, *args, **kwargs)
        self._save(instance)

    def power_on(self, context: Any, instance: Instance, *args: Any, **kwargs: Any) -> None:
        """Switch on."""
        super().power_on(context, instance, *args, **kwargs)
        self._save(instance)

    def suspend(self, context: Any, instance: Instance) -> None:
        """Suspend; the fake driver does nothing, and Nova's periodic task would then disagree."""
        self._save(instance, power_state.SUSPENDED)

    def resume(self, context: Any, instance: Instance, *args: Any, **kwargs: Any) -> None:
        """Running again."""
        self._save(instance, power_state.RUNNING)

    def pause(self, instance: Instance) -> None:
        """Pause."""
        self._save(instance, power_state.PAUSED)

    def unpause(self, instance: Instance) -> None:
        """Running again."""
        self._save(instance, power_state.RUNNING)

    # Life cycle

    def spawn(self, context: Any, instance: Instance, *args: Any, **kwargs: Any) -> None:
        """Download the disk once; the fake driver also calls this for every arriving server."""
        path_of(instance.uuid).mkdir(parents=True, exist_ok=True)
        disk = path_of(instance.uuid, "disk")
        if instance.image_ref and not disk.exists():
            part = path_of(instance.uuid, "disk.part")
            IMAGES.download(context, instance.image_ref, dest_path=str(part))
            part.rename(disk)
        super().spawn(context, instance, *args, **kwargs)
        self._save(instance)

    def finish_revert_migration(
        self, context: Any, instance: Instance, *args: Any, **kw: Any
    ) -> None:
        """Continue on the old host."""
        super().finish_revert_migration(context, instance, *args, **kw)
        self._save(instance)

    def live_migration(
        self,
        context: Any,
        instance: Instance,
        dest: str,
        post_method: Any,
        recover_method: Any,
        block_migration: bool = False,
        migrate_data: Any = None,
    ) -> None:
        """Leave this host; or never finish, like a guest that writes faster than the network sends.

        A server with the metadata lab:live_migration=hang migrates until it is aborted.
        """
        if instance.metadata.get(MIGRATION) == "hang":
            self._wait_for_abort(instance)
            recover_method(context, instance, dest, migrate_data, migration_status="cancelled")
            return
        super().live_migration(
            context, instance, dest, post_method, recover_method, block_migration, migrate_data
        )
        self.instances.pop(instance.uuid, None)

    def _wait_for_abort(self, instance: Instance) -> None:
        self._aborted.discard(instance.uuid)
        while instance.uuid not in self._aborted:
            time.sleep(0.2)

    def live_migration_abort(self, instance: Instance) -> None:
        """End the migration that hangs as libvirt does: the server runs on here."""
        self._aborted.add(instance.uuid)

    def destroy(
        self,
        context: Any,
        instance: Instance,
        network_info: Any,
        block_device_info: Any = None,
        destroy_disks: bool = True,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Remove the server; its disk only if it does not live on on another host."""
        super().destroy(
            context, instance, network_info, block_device_info, destroy_disks, *args, **kwargs
        )
        here = instance.host in (None, CONF.host)
        if destroy_disks and here and instance.task_state not in KEEPS_DISK:
            shutil.rmtree(path_of(instance.uuid), ignore_errors=True)

    def instance_on_disk(self, instance: Instance) -> bool:
        """Return True: the storage is shared, so an evacuation keeps the disk."""
        return path_of(instance.uuid, "disk").exists()

    def snapshot(self, context: Any, instance: Instance, image_id: str, update: Any) -> None:
        """Upload the server's own disk."""
        update(task_state=task_states.IMAGE_PENDING_UPLOAD)
        image = IMAGES.get(context, image_id)
        details = {
            "name": image["name"],
            "status": "active",
            "disk_format": image.get("disk_format") or "raw",
            "container_format": image.get("container_format") or "bare",
            "properties": {
                "image_location": "snapshot",
                "image_state": "available",
                "owner_id": instance.project_id,
            },
        }
        update(
            task_state=task_states.IMAGE_UPLOADING,
            expected_state=task_states.IMAGE_PENDING_UPLOAD,
        )
        with path_of(instance.uuid, "disk").open("rb") as file:
            IMAGES.update(context, image_id, details, file)

    # Ports: the fake driver loses those of a server that moved or restarted, then refuses calls.

    def attach_interface(self, context: Any, instance: Instance, image_meta: Any, vif: Any) -> None:
        """Remember it."""
        self._interfaces[vif["id"]] = vif

    def detach_interface(self, context: Any, instance: Instance, vif: Any) -> None:
        """Forget it."""
        self._interfaces.pop(vif["id"], None)

    # Snapshots of attached volumes. Cinder's NFS driver creates the new overlay, asks Nova to
    # switch the guest to it, and waits until Nova reports progress (it ignores the call's return).

    def volume_snapshot_create(
        self, context: Any, instance: Instance, volume_id: str, create_info: dict[str, Any]
    ) -> None:
        """Report, then use the new connection: there is no guest to switch."""
        snapshot_id = create_info["snapshot_id"]
        VOLUMES.update_snapshot_status(context, snapshot_id, "creating")
        end = time.monotonic() + SNAPSHOT_PATIENCE
        while time.monotonic() < end:
            if VOLUMES.get_snapshot(context, snapshot_id)["status"] != "creating":
                break
            time.sleep(0.5)
        mapping = objects.BlockDeviceMapping.get_by_volume_and_instance(
            context, volume_id, instance.uuid
        )
        attached = block_device.convert_volume(mapping)
        if attached:
            attached.refresh_connection_info(context, instance, VOLUMES, self)

    def volume_snapshot_delete(
        self,
        context: Any,
        instance: Instance,
        volume_id: str,
        snapshot_id: str,
        delete_info: dict[str, Any],
    ) -> None:
        """Merge the files as QEMU would for a running guest, and report."""
        try:
            merge(volume_id, delete_info["file_to_merge"], delete_info["merge_target_file"])
        except Exception:
            VOLUMES.update_snapshot_status(context, snapshot_id, "error_deleting")
            raise
        VOLUMES.update_snapshot_status(context, snapshot_id, "deleting")


def merge(volume_id: str, source: str | None, target: str | None) -> None:
    """Remove one file from a volume's chain of overlays; Cinder then deletes that file.

    Without a target, the bytes between `source` (None: everything) and the active file are pulled
    up into the active file. With one, `source` is committed down into the target below it, and the
    file above `source` gets the target as its new base.
    """
    (info_file,) = Path(CONF.lab_volumes).glob(f"*/volume-{volume_id}.info")
    directory = info_file.parent
    info = json.loads(info_file.read_text())
    if target is None:
        rebase(directory, info["active"], source)
        return
    qemu_img(directory, "commit", "-q", "-f", "qcow2", str(source))
    for overlay in set(info.values()) - {source}:
        if image_info(directory, overlay).get("backing-filename") == source:
            rebase(directory, overlay, target, "-u")


def rebase(directory: Path, overlay: str, base: str | None, *options: str) -> None:
    """Rebase an overlay on another file, or on none; names stay relative, as Cinder needs them."""
    below = ["-F", image_info(directory, base)["format"]] if base else []
    arguments = ["-f", "qcow2", *options, "-b", base or "", *below, overlay]
    qemu_img(directory, "rebase", "-q", *arguments)


def image_info(directory: Path, name: str) -> dict[str, Any]:
    """Return what qemu-img reports about one file of a chain."""
    return json.loads(qemu_img(directory, "info", "--output=json", name))


def qemu_img(directory: Path, *arguments: str) -> str:
    """Run qemu-img in the files' directory; its output becomes part of the error."""
    done = subprocess.run(
        ["qemu-img", *arguments], cwd=directory, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"qemu-img {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
