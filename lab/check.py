"""Tests through the API what a migration between clouds needs, step by step, and cleans up.

Run with a Python that has openstacksdk: `python3 -m lab check CLOUD` does so. Each step
uses what earlier ones created, so the first failure ends the check.
"""

import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import openstack

from lab.catalogue import EXTERNAL_NETWORK
from lab.errors import LabError
from lab.files import disk_path, image_path, volume_path

MEBIBYTE = 1 << 20
PATIENCE = 180


class Check:
    """One run: a project of its own in one cloud, and the objects in it."""

    def __init__(self, cloud: str, undo: ExitStack) -> None:
        """Log in as the administrator."""
        self.cloud = cloud
        self.undo = undo
        self.tag = f"lab-check-{uuid.uuid4().hex[:6]}"
        self.administrator: Any = openstack.connect(cloud=cloud)
        self.tenant: Any = None
        self.image: Any = None
        self.network: Any = None
        self.server: Any = None
        self.volume: Any = None
        self.volume_snapshot: Any = None
        self.copy: Any = None
        self.image_bytes = uuid.uuid4().bytes * (MEBIBYTE // 16)

    def make_tenant(self) -> None:
        """Create a project with a user; the administrator may act in it."""
        identity = self.administrator.identity
        secret = uuid.uuid4().hex
        project = identity.create_project(name=self.tag)
        self.undo.callback(identity.delete_project, project)
        user = identity.create_user(name=self.tag, password=secret)
        self.undo.callback(identity.delete_user, user)
        role = identity.find_role("member")
        identity.assign_project_role_to_user(project, user, role)
        self.tenant = self.administrator.connect_as(
            username=self.tag, password=secret, project_name=self.tag
        )

    def upload_image(self) -> None:
        """Upload an image and check the bytes of its file."""
        self.image = self.tenant.image.create_image(
            self.tag, data=self.image_bytes, disk_format="raw", container_format="bare", wait=True
        )
        self.undo.callback(self.tenant.image.delete_image, self.image)
        expect(image_path(self.cloud, self.image.id).read_bytes() == self.image_bytes, "bytes")

    def make_network(self) -> None:
        """Create a network with a subnet behind a router to the outside."""
        network = self.tenant.network
        external = network.find_network(EXTERNAL_NETWORK)
        self.network = network.create_network(name=self.tag)
        self.undo.callback(network.delete_network, self.network)
        subnet = network.create_subnet(
            name=self.tag, network_id=self.network.id, ip_version=4, cidr="10.9.8.0/24"
        )
        gateway = {"network_id": external.id}
        router = network.create_router(name=self.tag, external_gateway_info=gateway)
        self.undo.callback(network.delete_router, router)
        network.add_interface_to_router(router, subnet_id=subnet.id)
        self.undo.callback(network.remove_interface_from_router, router, subnet_id=subnet.id)

    def boot_server(self) -> None:
        """Boot a server and check that its disk has the image's bytes."""
        flavors = self.administrator.compute
        flavor = flavors.create_flavor(name=self.tag, ram=256, vcpus=1, disk=1)
        self.undo.callback(flavors.delete_flavor, flavor)
        compute = self.tenant.compute
        server = compute.create_server(
            name=self.tag,
            flavor_id=flavor.id,
            image_id=self.image.id,
            networks=[{"uuid": self.network.id}],
        )
        self.undo.callback(self._delete_server, server)
        self.server = compute.wait_for_server(server, wait=PATIENCE, interval=0.5)
        expect(disk_path(self.cloud, self.server.id).read_bytes() == self.image_bytes, "disk")

    def attach_volume(self) -> None:
        """Attach a volume and write to it as the guest."""
        self.volume = self._make_volume(name=self.tag)
        self.tenant.compute.create_volume_attachment(self.server, volume_id=self.volume.id)
        self._wait_for_volume(self.volume, "in-use")
        self.guest_writes()

    def guest_writes(self) -> None:
        """Write the bytes that the next snapshot must hold."""
        self._write(0x11)

    def snapshot_attached_volume(self) -> None:
        """Snapshot the volume in use, before the guest writes more."""
        self.volume_snapshot = self.tenant.block_storage.create_snapshot(
            volume_id=self.volume.id, name=self.tag, is_forced=True
        )
        self.undo.callback(self._delete_volume_snapshot, self.volume_snapshot)
        self.tenant.block_storage.wait_for_status(
            self.volume_snapshot, "available", interval=0.5, wait=PATIENCE
        )
        self._write(0x22)

    def copy_from_snapshot(self) -> None:
        """Create a volume from the snapshot and check its bytes."""
        self.copy = self._make_volume(name=self.tag, snapshot_id=self.volume_snapshot.id)
        self._expect_bytes(volume_path(self.cloud, self.copy.id), 0x11)

    def upload_copy(self) -> None:
        """Upload that volume as an image and check its bytes."""
        made = self.tenant.block_storage.upload_volume_to_image(
            self.copy, self.tag, disk_format="qcow2", container_format="bare"
        )
        image = made["image_id"]
        self.undo.callback(self.tenant.image.delete_image, image)
        until(lambda: self.tenant.image.get_image(image).status == "active", "the image")
        self._wait_for_volume(self.copy, "available")
        self._expect_bytes(image_path(self.cloud, image), 0x11)

    def delete_copy_and_snapshot(self) -> None:
        """Delete both; the volume in use keeps what the guest wrote last."""
        self._delete_volume(self.copy)
        self._delete_volume_snapshot(self.volume_snapshot)
        self._expect_bytes(volume_path(self.cloud, self.volume.id), 0x22)

    def stop_server(self) -> None:
        """Stop the server."""
        self.tenant.compute.stop_server(self.server)
        self._wait_for_server("SHUTOFF")

    def start_server(self) -> None:
        """Start the server again."""
        self.tenant.compute.start_server(self.server)
        self._wait_for_server("ACTIVE")

    def live_migrate(self) -> None:
        """Live migrate the server with its volume to another host."""
        compute = self.administrator.compute
        before = compute.get_server(self.server.id).compute_host
        compute.live_migrate_server(self.server.id, host=None, block_migration="auto")
        self._wait_for_server("ACTIVE", not_on=before)

    def detach_volume(self) -> None:
        """Detach the volume and check its bytes."""
        self.tenant.compute.delete_volume_attachment(self.server, self.volume.id)
        self._wait_for_volume(self.volume, "available")

    def steps(self) -> list[Callable[[], None]]:
        """Return all steps in order; those about snapshots run with the server on and off."""
        snapshots = [
            self.snapshot_attached_volume,
            self.copy_from_snapshot,
            self.upload_copy,
            self.delete_copy_and_snapshot,
        ]
        made = [self.make_tenant, self.upload_image, self.make_network, self.boot_server]
        off = [self.stop_server, self.guest_writes, *snapshots, self.start_server]
        return [*made, self.attach_volume, *snapshots, *off, self.live_migrate, self.detach_volume]

    def _make_volume(self, **attributes: Any) -> Any:
        volume = self.tenant.block_storage.create_volume(size=1, **attributes)
        self.undo.callback(self._delete_volume, volume)
        return self._wait_for_volume(volume, "available")

    def _wait_for_volume(self, volume: Any, status: str) -> Any:
        storage = self.tenant.block_storage
        fresh = storage.get_volume(volume.id)
        return storage.wait_for_status(fresh, status, interval=0.5, wait=PATIENCE)

    def _delete_volume(self, volume: Any) -> None:
        storage = self.tenant.block_storage
        storage.delete_volume(volume)
        until(lambda: storage.find_volume(volume.id) is None, "the volume to go")

    def _delete_volume_snapshot(self, snapshot: Any) -> None:
        storage = self.tenant.block_storage
        storage.delete_snapshot(snapshot)
        until(lambda: storage.find_snapshot(snapshot.id) is None, "the snapshot to go")

    def _delete_server(self, server: Any) -> None:
        compute = self.tenant.compute
        compute.delete_server(server)
        until(lambda: compute.find_server(server.id) is None, "the server to go")

    def _wait_for_server(self, status: str, *, not_on: str = "") -> None:
        """Wait for the status and the end of the task: the status alone can change too early."""

        def reached() -> bool:
            found = self.administrator.compute.get_server(self.server.id)
            expect(found.status != "ERROR", f"server in ERROR: {found.fault}")
            return found.status == status and not found.task_state and found.compute_host != not_on

        until(reached, f"the server to be {status}")

    def _write(self, value: int) -> None:
        path = volume_path(self.cloud, self.volume.id)
        qemu_io(path, f"write -P {value} 0 {MEBIBYTE}")

    def _expect_bytes(self, path: Path, value: int) -> None:
        expect("failed" not in qemu_io(path, f"read -P {value} 0 {MEBIBYTE}"), f"bytes of {path}")


def qemu_io(path: Path, command: str) -> str:
    """Read or write the content of a disk file, raw or QCOW2."""
    info = run("qemu-img", "info", "--force-share", str(path))
    file_format = "qcow2" if "file format: qcow2" in info else "raw"
    return run("qemu-io", "-f", file_format, "-c", command, str(path))


def run(*command: str) -> str:
    """Run a command and return its output."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def expect(condition: bool, what: str) -> None:
    """Fail the step if the condition is false."""
    if not condition:
        raise LabError(f"not as expected: {what}")


def until(reached: Callable[[], bool], what: str) -> None:
    """Wait until the condition is true."""
    end = time.monotonic() + PATIENCE
    while not reached():
        if time.monotonic() > end:
            raise LabError(f"timed out after {PATIENCE} s waiting for {what}")
        time.sleep(0.5)


def main(cloud: str) -> None:
    """Run all steps and print the duration of each."""
    begin = time.monotonic()
    with ExitStack() as undo:
        for step in Check(cloud, undo).steps():
            started = time.monotonic()
            step()
            name = step.__name__.replace("_", " ").strip()
            print(f"  {name:<28} {time.monotonic() - started:6.1f} s", flush=True)
    print(f"{cloud}: passed, {time.monotonic() - begin:.1f} s including clean-up")


if __name__ == "__main__":
    main(*sys.argv[1:])
