"""The lab's hosts as machines, in the terms of Fuel's discovery.

A machine is identified by its name. It keeps its MAC addresses, whichever Fuel node it is.
"""

from typing import Any

from lab.fuel.master import Master, Row, new_uuid

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE
INTERFACES = ("eth0", "eth1", "eth2", "eth3")
ROOT_VOLUME = 83_968  # MiB, which Fuel reserves for the operating system
DISK_SIZES = {"sda": 480_000_000_000, "sdb": 2_000_000_000_000}


def make_machine(name: str, *, number: int) -> Row:
    """Return a machine; its addresses are derived from its number."""
    return {
        "name": name,
        "macs": [f"52:54:00:00:{number:02x}:{index:02x}" for index in range(len(INTERFACES))],
        "ip": f"10.20.{(200 + number) // 250}.{(200 + number) % 250}",
        "discover_in": None,
    }


def discover(master: Master, machine: Row) -> Row:
    """Discover a machine: a free node with a new id and a name that Fuel made up."""
    node = master.add("nodes", _node(machine))
    node["hostname"] = node["fqdn"] = f"node-{node['id']}"
    node["_interfaces"] = [_interface(master, node, index) for index in range(len(INTERFACES))]
    node["_disks"] = [_disk(name, size) for name, size in DISK_SIZES.items()]
    text = "New node is discovered: 16 CPUs / 64.0 GB RAM / 2.48 TB HDD "
    master.notify("discover", text, node=node["id"])
    return node


def lay_out_disks(node: Row) -> None:
    """Return the volumes that Fuel chooses when a node gets its roles."""
    for disk in node["_disks"]:
        system = ROOT_VOLUME if disk["bootable"] else 0
        disk["volumes"] = [
            {"name": "os", "size": system, "keep_data": False},
            {"name": "vm", "size": disk["size"] - system, "keep_data": False},
        ]


def _node(machine: Row) -> Row:
    return {
        "cluster": None,
        "error_type": None,
        "group_id": None,
        "ip": machine["ip"],
        "kernel_params": None,
        "labels": {},
        "mac": machine["macs"][0],
        "manufacturer": "KVM",
        "meta": _meta(machine),
        "name": f"Untitled ({machine['macs'][0][-5:]})",
        "network_data": [],
        "online": True,
        "os_platform": "ubuntu",
        "pending_addition": False,
        "pending_deletion": False,
        "pending_roles": [],
        "platform_name": "Standard PC",
        "progress": 0,
        "roles": [],
        "status": "discover",
        "_machine": machine["name"],
        "_deployed_in": None,
    }


def _meta(machine: Row) -> Row:
    processor = {"frequency": 2600, "model": "Intel(R) Xeon(R) CPU E5-2650"}
    return {
        "cpu": {"real": 2, "spec": [processor] * 16, "total": 16},
        "disks": [
            {
                "disk": name,
                "extra": [f"disk/by-id/{machine['name']}-{name}"],
                "model": "SSD",
                "name": name,
                "removable": "0",
                "size": size,
            }
            for name, size in DISK_SIZES.items()
        ],
        "interfaces": [_found_interface(machine, index) for index in range(len(INTERFACES))],
        "memory": {
            "devices": [{"size": 16 * GIBIBYTE, "type": "DDR4"}] * 4,
            "maximum_capacity": 128 * GIBIBYTE,
            "slots": 4,
            "total": 64 * GIBIBYTE,
        },
        "numa_topology": {
            "distances": [["1.0"]],
            "numa_nodes": [{"cpus": list(range(16)), "id": 0, "memory": 64 * GIBIBYTE}],
            "supported_hugepages": [2048, 1048576],
        },
        "system": {
            "fqdn": "bootstrap",
            "manufacturer": "KVM",
            "product": "Standard PC",
            "serial": machine["name"],
            "uuid": new_uuid(),
        },
    }


def _found_interface(machine: Row, index: int) -> Row:
    found: Row = {
        "bus_info": f"0000:00:{3 + index:02x}.0",
        "current_speed": 10000,
        "driver": "virtio_net",
        "interface_properties": {},
        "mac": machine["macs"][index],
        "max_speed": 10000,
        "name": INTERFACES[index],
        "offloading_modes": [],
        "pxe": index == 0,
        "state": "up",
    }
    return found | ({"ip": machine["ip"], "netmask": "255.255.255.0"} if index == 0 else {})


def _interface(master: Master, node: Row, index: int) -> Row:
    found = node["meta"]["interfaces"][index]
    kept = ("bus_info", "current_speed", "driver", "mac", "max_speed", "name", "pxe", "state")
    capabilities: Row = {
        "dpdk": {"available": False},
        "max_queues": None,
        "numa_node": None,
        "offloading_modes": [],
        "pci_id": "",
        "sriov": {"available": False, "pci_id": "", "totalvfs": 0},
    }
    own: dict[str, Any] = {
        "id": master.next_id("interfaces"),
        "type": "ether",
        "assigned_networks": [],
        "attributes": {},
        "meta": capabilities,
    }
    return {key: found[key] for key in kept} | own


def _disk(name: str, size: int) -> Row:
    return {
        "id": name,
        "name": name,
        "size": size // MEBIBYTE,
        "bootable": name == "sda",
        "extra": [f"disk/by-id/{name}"],
        "volumes": [],
    }
