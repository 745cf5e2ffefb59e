"""Cinder's drivers of NFS and Ceph, as far as the lab needs them other than they are.

That of NFS has two calls fixed for volumes that have several snapshots.

Since the check of image formats that came in 2024, the released drivers refuse some of their own
overlay files ("Image/Volume failed safety check"):

- a volume from any snapshot but the oldest, and the clone of a volume with snapshots, on 2023.1
  (fixed upstream later; 2026.2 has it);
- the upload of a volume with snapshots to an image, on both.

Encrypted volumes are as those of LVM, which the hosts encrypt: the NFS driver encrypts itself, and
then cannot upload its volumes to images.

Other backends (LVM, Ceph) support all that, and a tool for them must be testable here. With the
option volume_driver (Cloud.extra) a cloud uses the released driver.
"""

# Runs in a cloud's own virtual environment, which has the imported packages.
# mypy: ignore-errors
from pathlib import Path
from typing import Any

from cinder.image import image_utils
from cinder.objects.snapshot import Snapshot
from cinder.objects.volume import Volume
from cinder.volume import volume_utils
from cinder.volume.drivers import nfs, rbd


class LabNfsDriver(nfs.NfsDriver):
    """Converts overlays without the check that refuses them."""

    def _create_encrypted_volume_file(self, path: str, size: int, *_: Any) -> None:
        """Create an empty volume: a host formats it when it is first attached."""
        self._create_sparsed_file(path, size)

    def _copy_volume_from_snapshot(
        self, snapshot: Snapshot, volume: Volume, volume_size: int, *keys: Any, **more_keys: Any
    ) -> None:
        """Flatten the chain up to the snapshot's overlay into the new volume."""
        known = self._read_info_file(self._local_path_volume_info(snapshot.volume))
        overlay = self._inspect(snapshot.volume, known[snapshot.id])
        path = self._local_path_volume(volume)
        self._flatten(snapshot.volume, overlay.backing_file, path)
        self._set_rw_permissions_for_all(path)

    def _copy_volume_to_image(
        self, context: Any, volume: Volume, image_service: Any, image_meta: dict[str, Any]
    ) -> None:
        """Upload a volume; one with snapshots is flattened first."""
        active = self.get_active_image_from_info(volume)
        if not self._inspect(volume, active).backing_file:
            super()._copy_volume_to_image(context, volume, image_service, image_meta)
            return
        with image_utils.temporary_file(prefix=f"{volume.id}.", suffix=".img") as path:
            self._flatten(volume, active, path)
            volume_utils.upload_volume(
                context, image_service, image_meta, path, volume, run_as_root=self._execute_as_root
            )

    def _flatten(self, volume: Volume, name: str, path: str) -> None:
        convert = ("qemu-img", "convert", "-f", self._inspect(volume, name).file_format)
        files = ("-O", "raw", self._path_of(volume, name), path)
        self._execute(*convert, *files, run_as_root=self._execute_as_root)

    def _inspect(self, volume: Volume, name: str) -> Any:
        return self._qemu_img_info(self._path_of(volume, name), volume.name)

    def _path_of(self, volume: Volume, name: str) -> str:
        return str(Path(self._local_volume_dir(volume)) / name)


class LabRbdDriver(rbd.RBDDriver):
    """Ceph's driver, without asking for the room in a pool, which only a Ceph manager knows."""

    def _get_pool_stats(self) -> tuple[float, float]:
        """Return a free and total number of GiB, fewer than a disk has that holds the lab.

        The scheduler takes the back end with most room for a type that names none, and tests look
        at the files of such volumes.
        """
        return 40.0, 40.0
