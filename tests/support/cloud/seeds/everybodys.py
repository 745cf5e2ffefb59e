"""What tenants find on a cloud: it is the same on the old one and on the new one."""

from dashboard.clients.openstack import CloudSession

IMAGE = b"an image for everybody " * 40
FLAVOR = {"name": "m1.tiny", "ram": 512, "vcpus": 1, "disk": 1}
EXTERNAL = {"name": "public", "router:external": True}
SHARED = {"name": "offices", "shared": True}


PARTNERS = "Partners"
"""A domain that both clouds have."""


def furnish(operator: CloudSession, *, first_address: int) -> None:
    """Make networks, a flavor, an image and a domain for everybody."""
    operator.post("identity", "/domains", {"domain": {"name": PARTNERS, "description": "Friends"}})
    for network, prefix in ((EXTERNAL, "172.24.4"), (SHARED, "192.168.77")):
        made = operator.post("network", "/networks", {"network": network}, "network")
        pool = {"start": f"{prefix}.{first_address}", "end": f"{prefix}.{first_address + 80}"}
        subnet = {"network_id": made["id"], "ip_version": 4, "cidr": f"{prefix}.0/24"}
        body = {**subnet, "enable_dhcp": False, "allocation_pools": [pool]}
        operator.post("network", "/subnets", {"subnet": body})
    operator.post("compute", "/flavors", {"flavor": FLAVOR})
    [glance] = operator.list("identity", "/services", "services", type="image")
    limit = {"service_id": glance["id"], "resource_name": "image_count_total"}
    registered = {"registered_limits": [{**limit, "default_limit": 100}]}
    operator.post("identity", "/registered_limits", registered)
    formats = {"disk_format": "qcow2", "container_format": "bare", "visibility": "public"}
    image = operator.post("image", "/images", {"name": "cirros", **formats})
    operator.upload(f"/images/{image['id']}/file", IMAGE)
