"""Which attributes of a server each cloud sets for itself, and which no copy has."""

from dashboard.migrations_app.resources.compute.server.fields import ATTACHED, ATTR, ON_EXTERNAL

ZONE = "OS-EXT-AZ:availability_zone"
REFERENCES = ("kernel_id", "ramdisk_id")
OWN = (
    *("id", "tenant_id", "hostId", "host_status", "created", "updated", "links", "progress"),
    *("flavor", "addresses", "security_groups", "fault", "locked_reason", ATTACHED),
    *("OS-SRV-USG:launched_at", "OS-SRV-USG:terminated_at", "OS-EXT-STS:task_state"),
    *("OS-EXT-STS:vm_state", "OS-EXT-STS:power_state", f"{ATTR}host", f"{ATTR}launch_index"),
    *(f"{ATTR}{name}" for name in ("hypervisor_hostname", "instance_name", "reservation_id")),
    *(f"{ATTR}{name}" for name in ("root_device_name", *REFERENCES)),
    *("pinned_availability_zone", "scheduler_hints", ON_EXTERNAL),
)
LOST = {
    "image": "The copy boots from a snapshot of the server's disk, not from that image.",
    "locked": "Nova does not tell who locked it: the owner might be unable to unlock the copy.",
    "server_groups": "Server groups are not migrated.",
    "trusted_image_certificates": "The snapshot has no signature to check.",
    ZONE: "Zones differ between clouds; map the server to a zone to place it there.",
}
