"""Cinder: volumes, as files of its NFS driver. The share is a plain directory.

The driver needs only that `mount` succeeds (lab/bin); LVM or iSCSI would need the kernel.
With Ceph there are two more back ends, and backups in a directory that both clouds use.
"""

import hashlib
from pathlib import Path

from lab import ceph
from lab.clouds import Cloud, Options
from lab.commands import Command, configured
from lab.components.component import Component
from lab.configuration import database, key_manager, service_login, write
from lab.places import run_directory, service_down_seconds, write_private

BACKEND = "nfs"


def backends() -> tuple[str, ...]:
    """Return the back ends, for each of which there is a volume type; the first is the default."""
    return (BACKEND, ceph.OWN, ceph.SHARED) if ceph.is_chosen() else (BACKEND,)


def pool(cloud: Cloud, backend: str) -> str:
    """Return how Cinder calls the pool of one of its back ends."""
    return f"{cloud.name}-control@{backend}#{backend}"


def backup_directory() -> Path:
    """Return the directory of the backups of both clouds."""
    return run_directory() / "backups"


def share(cloud: Cloud) -> str:
    """Return the name of the share, which is never really mounted."""
    return f"127.0.0.1:/lab-{cloud.name}"


def share_directory(cloud: Cloud) -> Path:
    """Return the directory of the volumes, which the driver names by the digest of the share."""
    digest = hashlib.md5(share(cloud).encode(), usedforsecurity=False).hexdigest()
    return cloud.directory / "mounts" / digest


def configure(cloud: Cloud) -> None:
    """Write cinder.conf and the list of shares."""
    for directory in ("cinder", "mounts"):
        (cloud.directory / directory).mkdir(parents=True, exist_ok=True)
    write_private(cloud.configuration_directory / "nfs_shares", share(cloud) + "\n")
    login = service_login(cloud)
    helper = _privsep_helper(cloud)
    sections: Options = {
        "DEFAULT": _defaults(cloud),
        BACKEND: _backend(cloud),
        **_ceph_backends(cloud),
        "database": database(cloud, "cinder"),
        # Also for snapshots of attached volumes, in which Nova takes part.
        "nova": login,
        **key_manager(cloud),
        "service_user": {**login, "send_service_user_token": True},
        "privsep": helper,
        "cinder_sys_admin": helper,
        "privsep_osbrick": helper,
    }
    write(cloud, "cinder", sections)


def migrations(cloud: Cloud) -> list[Command]:
    """Return the commands that create the tables."""
    return [configured(cloud, "cinder-manage", ("cinder",), "db", "sync")]


def processes(cloud: Cloud) -> dict[str, Command]:
    """Return the commands of API, scheduler and volume service, and of backups where there are."""
    names = ["cinder-api", "cinder-scheduler", "cinder-volume"]
    if ceph.is_chosen():
        names.append("cinder-backup")
    return {name: configured(cloud, name, ("cinder",)) for name in names}


def _defaults(cloud: Cloud) -> dict[str, object]:
    etc = cloud.venv / "etc" / "cinder"
    return {
        "host": f"{cloud.name}-control",
        "my_ip": "127.0.0.1",
        "state_path": cloud.directory / "cinder",
        "osapi_volume_listen": "127.0.0.1",
        "osapi_volume_listen_port": cloud.port("cinder"),
        "osapi_volume_workers": 1,
        "enabled_backends": ",".join(backends()),
        "default_volume_type": BACKEND,
        "glance_api_servers": cloud.url("glance"),
        "service_down_time": service_down_seconds(),
        "api_paste_config": etc / "api-paste.ini",
        "rootwrap_config": etc / "rootwrap.conf",
        "resource_query_filters_file": etc / "resource_filters.json",
        "backup_driver": "cinder.backup.drivers.posix.PosixBackupDriver",
        "backup_posix_path": backup_directory(),
    }


def _backend(cloud: Cloud) -> dict[str, object]:
    return {
        "volume_driver": "lab_storage.LabNfsDriver",
        "volume_backend_name": BACKEND,
        "nfs_mount_point_base": share_directory(cloud).parent,
        "nfs_shares_config": cloud.configuration_directory / "nfs_shares",
        "nfs_snapshot_support": True,
        "nas_secure_file_operations": False,
        "nas_secure_file_permissions": False,
    }


def _ceph_backends(cloud: Cloud) -> Options:
    """Return the back ends of Ceph, if the lab has it: in the cloud's own pool, and the shared."""
    if not ceph.is_chosen():
        return {}
    backup_directory().mkdir(exist_ok=True)
    pools = {ceph.OWN: ceph.own_pool(cloud.name), ceph.SHARED: ceph.SHARED}
    return {
        name: {
            "volume_driver": "lab_storage.LabRbdDriver",
            "volume_backend_name": name,
            "rbd_pool": pool,
            "rbd_ceph_conf": ceph.configuration(),
        }
        for name, pool in pools.items()
    }


def _privsep_helper(cloud: Cloud) -> dict[str, object]:
    """Return the privsep helper's command: the default uses sudo, which may not exist."""
    file = cloud.configuration_directory / "cinder.conf"
    return {"helper_command": f"{cloud.venv}/bin/privsep-helper --config-file {file}"}


COMPONENT = Component(
    name="cinder",
    databases=("cinder",),
    configure=configure,
    migrations=migrations,
    processes=processes,
    service_type="volumev3",
    endpoint_path="/v3/%(project_id)s",
)
