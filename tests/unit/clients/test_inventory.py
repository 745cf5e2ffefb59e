from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.clients.inventory import PORT_COMMANDS, Inventory, normalized_mac, read_inventory
from dashboard.errors import BadInput, NotFound
from dashboard.secrets import MASK, mask

# The shape of the sample that came with the Pumphouse of 2015.
OF_2015 = """\
login: &login
    user: operator
    password: passwd-2015
nic: &nic
    ip: []
    hwaddr:
    vlan: []
    tags: []
ipmi:
    bmc.example.com: &bmc
        auth: *login
        host: bmc.example.com
hosts:
    master:
        gw: &gw {ip: 10.0.0.1}
        ns: &ns [10.0.0.1, 10.0.0.2]
        notes: [fuel.master]
        interfaces:
            eth0: {<<: *nic, ip: [10.0.0.2], tags: [fuel.api]}
    compute:
        gw: *gw
        ns: *ns
        ipmi: *bmc
        notes: [source]
        interfaces:
            eth0:
                <<: *nic
                ip: [DHCP]
                vlan: [100]
                hwaddr: 00:25:90:E7:46:D0
            eth1: {<<: *nic, vlan: [101, 102], hwaddr: 00-25-90-E7-46-D1}
            eth2:
"""

WITH_OUR_KEYS = """\
pumphouse:
  admin_vlan: 100
  switch_hook: /usr/local/bin/to-admin-vlan --site 'new york'
  switches:
    rack-1: {device_type: cisco_ios, host: 10.0.0.9, username: net, password: switchsecret}
    rack-2: {device_type: juniper, host: 10.0.0.8, commands: ["set port {port} vlan {vlan}"]}
ipmi:
  rack: {auth: {user: admin, password: rack-secret}, host: 10.1.0.1, port: 6230}
hosts:
  node-1.example.com:
    ipmi: rack
    interfaces: {eth0: {hwaddr: 52:54:00:00:00:01}}
    pumphouse:
      ipmi: {host: 10.1.0.11, uefi: true, auth: {password: own-secret}}
      switch: {device: rack-1, port: Gi1/0/1}
  node-2.example.com:
    ipmi: {host: 10.1.0.12, auth: {user: root, password: 0123}}
    interfaces: {eth0: {hwaddr: 52:54:00:00:00:02}}
    pumphouse: {admin_vlan: 200, switch_hook: /bin/own, switch: {device: rack-2, port: ge-0}}
  node-3.example.com: {notes: []}
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Inventory]:
    def read_text(text: str) -> Inventory:
        path = tmp_path / "inventory.yaml"
        path.write_text(text, encoding="utf-8")
        return read_inventory(path)

    return read_text


def test_an_inventory_of_2015_gives_bmc_interfaces_and_marks(read):
    inventory = read(OF_2015)
    host = inventory.host_named("compute")
    bmc = inventory.bmc_of("compute")
    assert (bmc.name, bmc.address, bmc.port) == ("compute", "bmc.example.com", 623)
    assert (bmc.user, bmc.password) == ("operator", "passwd-2015")
    assert "source" in host.notes
    assert host.interfaces["eth0"].dhcp
    assert host.interfaces["eth1"].vlans == (101, 102)
    assert host.macs == {"00:25:90:e7:46:d0", "00:25:90:e7:46:d1"}


def test_a_hosts_own_keys_count_before_those_for_all(read):
    inventory = read(WITH_OUR_KEYS)
    first, second = inventory.bmc_of("node-1"), inventory.bmc_of("node-2")
    assert (first.address, first.port, first.user) == ("10.1.0.11", 6230, "admin")
    assert (first.password, first.uefi) == ("own-secret", True)
    assert (second.address, second.port, second.user) == ("10.1.0.12", 623, "root")
    assert (second.password, second.uefi) == ("0123", False)
    hosts = [inventory.host_named(f"node-{number}") for number in (1, 2, 3)]
    assert [host.admin_vlan for host in hosts] == [100, 200, 100]
    assert hosts[0].switch_hook == ()
    assert hosts[1].switch_hook == ("/bin/own",)
    assert hosts[2].switch_hook == ("/usr/local/bin/to-admin-vlan", "--site", "new york")


def test_a_host_is_plugged_into_a_switch_that_netmiko_knows(read):
    inventory = read(WITH_OUR_KEYS)
    first = inventory.host_named("node-1").switch_port
    second = inventory.host_named("node-2").switch_port
    assert (first.port, first.commands) == ("Gi1/0/1", PORT_COMMANDS)
    assert first.device == {
        "device_type": "cisco_ios",
        "host": "10.0.0.9",
        "username": "net",
        "password": "switchsecret",
    }
    assert second.commands == ("set port {port} vlan {vlan}",)
    assert "commands" not in second.device
    assert inventory.host_named("node-3").switch_port is None


def test_a_device_keeps_its_numbers_and_truth_values_and_a_password_of_digits(read):
    device = "{device_type: t, host: h, port: 2222, use_keys: false, password: 0123}"
    inventory = read(
        f"pumphouse: {{switches: {{s: {device}}}}}\n"
        "hosts: {a: {pumphouse: {switch: {device: s, port: 1}}}}"
    )
    port = inventory.host_named("a").switch_port
    assert port.port == "1"
    assert (port.device["port"], port.device["use_keys"]) == (2222, False)
    assert port.device["password"] == "0123"


def test_every_secret_is_masked_and_no_repr_shows_one(read):
    inventory = read(WITH_OUR_KEYS)
    for secret in ("rack-secret", "own-secret", "switchsecret"):
        assert secret not in repr(inventory)
    assert mask("own-secret and switchsecret") == f"{MASK} and {MASK}"


@pytest.mark.parametrize("name", ["node-1.example.com", "NODE-1.EXAMPLE.COM", "node-1", "Node-1"])
def test_a_host_is_found_in_any_case_and_without_its_domain(read, name):
    assert read(WITH_OUR_KEYS).host_named(name).name == "node-1.example.com"


@pytest.mark.parametrize("name", ["node-11", "node", "node-1.other.org"])
def test_a_name_that_only_resembles_a_host_is_not_found(read, name):
    with pytest.raises(NotFound, match=f"has no host {name}"):
        read(WITH_OUR_KEYS).host_named(name)


def test_a_short_name_of_several_hosts_is_refused(read):
    inventory = read("hosts: {a.one: {notes: []}, a.two: {notes: []}}")
    with pytest.raises(BadInput, match=r"a fits several hosts: a\.one, a\.two"):
        inventory.host_named("a")


def test_a_host_is_found_by_some_of_its_macs_however_they_are_written(read):
    inventory = read(OF_2015)
    assert inventory.host_with_macs(["0025.90e7.46d1", "ff:ff:ff:00:00:00"]).name == "compute"
    assert inventory.host_with_macs({"ff:ff:ff:00:00:00"}) is None
    assert inventory.host_with_macs([]) is None


def test_macs_of_several_hosts_are_refused(read):
    with pytest.raises(BadInput, match="fits several hosts"):
        read(WITH_OUR_KEYS).host_with_macs(["52:54:00:00:00:01", "52:54:00:00:00:02"])


def test_a_host_without_a_bmc_is_told(read):
    with pytest.raises(NotFound, match="has no BMC for host master"):
        read(OF_2015).bmc_of("master")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "hosts: {a: {ipmi: nowhere}}",
            r"line 1 \(hosts\.a\.ipmi\): There is no nowhere below ipmi",
        ),
        ("hosts: {a: {ipmo: b}}", "Did you mean ipmi"),
        ("host: {a: {notes: []}}", "Did you mean hosts"),
        ("hosts: {a: {interfaces: {eth0: {hwaddr: 00:25}}}}", "Expected a MAC address"),
        ("hosts: {a: {interfaces: {eth0: {vlan: [4095]}}}}", "Expected a VLAN from 0 to 4094"),
        ("hosts: {a: {ipmi: {host: b}}}", "The key auth is missing"),
        ("hosts: {a: {ipmi: {auth: {user: u, password: hidden}}}}", "The key host is missing"),
        ("hosts: {a: {ipmi: {host: b, auth: {user: u}}}}", "The key password is missing"),
        (
            "hosts: {a: {ipmi: {host: b, auth: {user: u, password: hidden-and-far-too-long}}}}",
            r"auth\.password\): IPMI allows at most 20 bytes",
        ),
        ("hosts: {a: {ipmi: {host: b, port: x, auth: {user: u, password: p}}}}", "whole number"),
        ("hosts: {a: {pumphouse: {switch: {device: s, port: p}}}}", "There is no s below"),
        ('hosts: {a: {pumphouse: {switch_hook: "\'"}}}', "quotation mark is not closed"),
        (
            "pumphouse: {switches: {s: {device_type: t, host: h, commands: ['vlan {vlan']}}}\n"
            "hosts: {a: {pumphouse: {switch: {device: s, port: p}}}}",
            r"line 1 \(pumphouse\.switches\.s\.commands\): Only \{port\} and \{vlan\} have a",
        ),
        (
            "hosts:\n  a: {interfaces: {e: {hwaddr: 52:54:00:00:00:01}}}\n"
            "  b: {interfaces: {e: {hwaddr: 52-54-00-00-00-01}}}",
            r"line 3 \(hosts\.b\): a and b have the same MAC address 52:54:00:00:00:01",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_without_its_secret(read, text, told):
    with pytest.raises(BadInput, match=told) as raised:
        read(text)
    assert "inventory.yaml" in str(raised.value)
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "00:25:90:e7:46", "00:25:90:e7:46:dg", "DHCP"])
def test_what_is_no_mac_is_not_taken_for_one(text):
    assert normalized_mac(text) is None
