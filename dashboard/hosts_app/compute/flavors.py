"""What a server's flavor needs from a host besides vCPUs and RAM."""

from collections.abc import Iterable, Mapping
from functools import cache

from dashboard.clients.openstack import CloudSession, Json

PINNED = "dedicated"
NUMA_KEYS = ("hw:cpu_policy", "hw:numa_nodes", "hw:mem_page_size")
PCI_ALIAS, DEVICE_PROFILE = "pci_passthrough:alias", "accel:device_profile"
VIRTUAL_GPU = ("VGPU", "MDEV")


def with_flavors(cloud: CloudSession, servers: Iterable[Json]) -> list[Json]:
    """Return servers with their flavors in full, as since microversion 2.47.

    Before that, a server only names its flavor, so each flavor is read once. One that was deleted
    is empty.
    """

    @cache
    def flavor(id_: str) -> Json:
        found = cloud.find("compute", f"/flavors/{id_}", "flavor") or {}
        path = f"/flavors/{id_}/os-extra_specs"
        specs = cloud.find("compute", path, "extra_specs") if found else {}
        ephemeral = found.get("OS-FLV-EXT-DATA:ephemeral", 0)
        return {**found, "ephemeral": ephemeral, "extra_specs": specs or {}}

    return [
        server if "vcpus" in server["flavor"] else {**server, "flavor": flavor(flavor_id(server))}
        for server in servers
    ]


def flavor_id(server: Json) -> str:
    """Return the id of a server's flavor, which servers have until 2.46."""
    return str(server["flavor"]["id"])


def pinned_cpus(flavor: Json) -> int:
    """Return how many dedicated CPUs a server has."""
    return int(flavor["vcpus"]) if _specs(flavor).get("hw:cpu_policy") == PINNED else 0


def is_tied_to_numa(flavor: Json) -> bool:
    """Return whether a server's CPUs or memory are tied to NUMA nodes of its host."""
    specs = _specs(flavor)
    return bool(pinned_cpus(flavor)) or any(key in specs for key in NUMA_KEYS[1:])


def devices(flavor: Json) -> list[str]:
    """Return the host devices that a server uses, as its flavor names them."""
    specs = _specs(flavor)
    named = [specs[key] for key in (PCI_ALIAS, DEVICE_PROFILE) if specs.get(key)]
    return named + [
        f"{amount} {key.partition(':')[2]}"
        for key, amount in sorted(specs.items())
        if key.startswith("resources") and key.partition(":")[2] in VIRTUAL_GPU
    ]


def local_disk_gib(server: Json) -> int:
    """Return the size of a server's disks that are not volumes.

    The image of a server that boots from a volume is "".
    """
    flavor = server["flavor"]
    root = flavor.get("disk", 0) if server.get("image") else 0
    return int(root + flavor.get("ephemeral", 0))


def _specs(flavor: Json) -> Mapping[str, str]:
    return flavor.get("extra_specs") or {}
