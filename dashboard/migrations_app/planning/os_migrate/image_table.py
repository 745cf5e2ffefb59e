"""Images: the properties that os-migrate knows by name stand among the parameters."""

from dashboard.clients.openstack import Json
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.table import Table
from dashboard.migrations_app.resources.records import Record

SAME_NAME = (
    *("hw_cpu_cores", "hw_cpu_policy", "hw_cpu_sockets", "hw_cpu_thread_policy"),
    *("hw_cpu_threads", "hw_disk_bus", "hw_machine_type", "hw_qemu_guest_agent"),
    *("hw_rng_model", "hw_scsi_model", "hw_serial_port_count", "hw_video_model"),
    *("hw_video_ram", "hw_vif_model", "hw_watchdog_action", "hypervisor_type"),
    *("instance_type_rxtx_factor", "os_admin_user", "os_command_line", "os_distro"),
    *("os_require_quiesce", "os_shutdown_timeout", "os_type", "os_version", "vm_mode"),
    *("vmware_adaptertype", "vmware_ostype", "architecture"),
)
PROPERTIES = {
    **{name: name for name in SAME_NAME},
    "has_auto_disk_config": "auto_disk_config",
    "is_hw_boot_menu_enabled": "hw_boot_menu",
    "is_hw_vif_multiqueue_enabled": "hw_vif_multiqueue_enabled",
    "needs_config_drive": "img_config_drive",
    "needs_secure_boot": "os_secure_boot",
}
"""By os-migrate's name of a property the one that Glance has."""


def _more(record: Record, names: Names) -> Json:
    properties = record.fields.get("properties") or {}
    params: Json = {theirs: properties.get(ours) for theirs, ours in PROPERTIES.items()}
    known = {*PROPERTIES.values()}
    rest = {name: value for name, value in properties.items() if name not in known}
    return {**params, "properties": rest or None}


IMAGE = Table(
    type="image",
    kind="openstack.image.Image",
    file="images.yml",
    params={
        "name": "name",
        "container_format": "container_format",
        "disk_format": "disk_format",
        "hash_algo": "os_hash_algo",
        "hash_value": "os_hash_value",
        "is_hidden": "os_hidden",
        "is_protected": "protected",
        "min_disk": "min_disk",
        "min_ram": "min_ram",
        "visibility": "visibility",
    },
    info={
        "id": "id",
        "checksum": "checksum",
        "created_at": "created_at",
        "updated_at": "updated_at",
        "owner_id": "owner",
        "size": "size",
        "status": "status",
        "kernel_id": "kernel_id",
        "ramdisk_id": "ramdisk_id",
        "virtual_size": "virtual_size",
    },
    accepted={"tags": "tags"},
    references={"kernel_ref": ("kernel_id", "image"), "ramdisk_ref": ("ramdisk_id", "image")},
    fixed=("container_format", "disk_format"),
    more=_more,
)
