"""Which attributes of a server each cloud sets for itself, and which no copy has."""

from dashboard.migrations_app.resources.compute.server.fields import ATTACHED, ATTR, ON_EXTERNAL

REFERENCES = ("kernel_id", "ramdisk_id")
OWN = (
    *("id", "tenant_id", "hostId", "host_status", "created", "updated", "links", "progress"),
    *("flavor", "addresses", "security_groups", "fault", ATTACHED),
    *("OS-SRV-USG:launched_at", "OS-SRV-USG:terminated_at", "OS-EXT-STS:task_state"),
    *("OS-EXT-STS:vm_state", "OS-EXT-STS:power_state", f"{ATTR}host", f"{ATTR}launch_index"),
    *(f"{ATTR}{name}" for name in ("hypervisor_hostname", "instance_name", "reservation_id")),
    *(f"{ATTR}{name}" for name in REFERENCES),
    *("pinned_availability_zone", "scheduler_hints", ON_EXTERNAL),
)
