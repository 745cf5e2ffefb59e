"""A stretched network: what cloud-init of the gateway servers gets, run with a real kernel."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from dashboard.migrations_app.stretch.encryption import KEY_BYTES, Encryption
from dashboard.migrations_app.stretch.filters import Serving
from dashboard.migrations_app.stretch.gateway import SCRIPT, Gateway, user_data
from tests.support.namespaces import Namespace, make_network, namespaces, plug, write_program

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes network namespaces")

DEFAULT_GATEWAY = "10.0.0.1"
PEERS = {"a": "192.0.2.1", "b": "192.0.2.2"}
SERVERS = {"a": "10.0.0.11", "b": "10.0.0.12"}
LOOKS = 5
"""A look at the tunnel takes some seconds: the first ones may find it closed."""
MTU = 1500
"""Of the tenant's network, and of the one between the clouds: a frame in the tunnel is larger."""


@dataclass(frozen=True)
class Cloud:
    """A tenant's network in one cloud, with a server, a router and a gateway server."""

    name: str
    server: Namespace
    router: Namespace
    gateway: Namespace
    program: Path

    def join(self, serving: Serving, peer_mac: str = "", key: bytes = b"") -> None:
        """Run what the gateway server gets as its user data."""
        other = "b" if self.name == "a" else "a"
        gateway = Gateway(
            peer=PEERS[other],
            number=4711,
            mac=self.gateway.mac_of("inner"),
            mtu=MTU,
            default_gateways=[DEFAULT_GATEWAY],
            serving=serving,
            peer_mac=peer_mac,
            key=key,
        )
        files = yaml.safe_load(user_data(gateway))["write_files"]
        text = next(file["content"] for file in files if file["path"] == SCRIPT)
        programs = f"PATH={self.program.parent}:{os.environ['PATH']}"
        self.gateway.run("env", programs, write_program(self.program, text), "start")

    def becomes(self, state: str) -> bool:
        """Return whether the gateway server soon says that of the tunnel."""
        looks = (self.gateway.run(str(self.program), "state").strip() for _ in range(LOOKS))
        return state in looks

    def part(self) -> None:
        """Stop what the gateway server runs."""
        self.gateway.run(str(self.program), "stop")


Pair = tuple[Cloud, Cloud]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Return both clouds, which an outer network connects."""
    programs = tmp_path_factory.mktemp("stretch")
    with namespaces("outer", *(f"{what}-{name}" for name in "ab" for what in KINDS)) as made:
        outer, *others = made
        make_network(outer)
        yield (
            a_cloud("a", outer, *others[:4], program=programs / "a"),
            a_cloud("b", outer, *others[4:], program=programs / "b"),
        )


KINDS = ("lan", "srv", "rtr", "gw")


def a_cloud(
    name: str,
    outer: Namespace,
    network: Namespace,
    server: Namespace,
    router: Namespace,
    gateway: Namespace,
    *,
    program: Path,
) -> Cloud:
    make_network(network)
    plug(server, "eth0", network, f"{SERVERS[name]}/24")
    plug(router, "eth0", network, f"{DEFAULT_GATEWAY}/24")
    plug(gateway, "inner", network)
    plug_outer(gateway, outer, f"{PEERS[name]}/24")
    return Cloud(name, server, router, gateway, program)


def plug_outer(gateway: Namespace, outer: Namespace, address: str) -> None:
    """Plug in the second link of a gateway, to the network between the clouds."""
    end = f"o-{gateway.name[-4:]}"
    gateway.run("ip", "link", "add", "ext", "type", "veth", "peer", "name", end)
    gateway.run("ip", "link", "set", end, "netns", outer.name)
    outer.run("ip", "link", "set", end, "master", "lan", "up")
    gateway.run("ip", "address", "add", address, "dev", "ext")
    gateway.run("ip", "link", "set", "ext", "up")


@pytest.fixture
def join(pair: Pair) -> Iterator[Callable[[Serving, Serving], Pair]]:
    """Return a function that joins both halves; they are parted in the end."""

    def joined(here: Serving, there: Serving) -> Pair:
        macs = [cloud.gateway.mac_of("inner") for cloud in pair]
        pair[0].join(here, macs[1])
        pair[1].join(there, macs[0])
        return pair

    yield joined
    for cloud in pair:
        cloud.part()


def test_servers_of_both_clouds_reach_each_other_until_they_are_parted(pair, join) -> None:
    a, b = pair
    assert not a.server.reaches(SERVERS["b"])
    join(Serving.EACH, Serving.EACH)
    assert a.server.reaches(SERVERS["b"])
    assert b.server.neighbour(SERVERS["a"]) == a.server.mac_of("eth0")
    b.part()
    assert not a.server.reaches(SERVERS["b"])
    assert b.gateway.links() == {"lo", "inner", "ext"}
    assert not b.gateway.run("nft", "list", "ruleset")


def test_joining_again_replaces_what_was_there(join) -> None:
    join(Serving.EACH, Serving.EACH)
    a, b = join(Serving.HERE, Serving.THERE)
    assert a.server.reaches(SERVERS["b"])
    assert b.gateway.run("nft", "list", "ruleset").count("table bridge") == 1


def test_who_does_not_know_the_other_one_does_not_tell_that_it_is_parted(pair) -> None:
    a, b = pair
    for cloud in pair:
        cloud.join(Serving.EACH)
    try:
        assert a.server.reaches(SERVERS["b"])
        assert b.gateway.run(str(b.program), "state").startswith("unknown")
    finally:
        for cloud in pair:
            cloud.part()


def test_a_packet_of_full_size_crosses_and_who_forbids_fragments_learns_the_size(join) -> None:
    a, _ = join(Serving.EACH, Serving.EACH)
    full = str(MTU - 28)
    assert a.server.reaches(SERVERS["b"], "-M", "dont", "-s", full)
    assert not a.server.reaches(SERVERS["b"], "-M", "do", "-s", full)
    assert "mtu 1450" in a.server.run("ip", "route", "get", SERVERS["b"])
    assert a.server.reaches(SERVERS["b"], "-M", "do", "-s", str(1450 - 28))


def test_a_tunnel_that_was_broken_works_again_by_itself(join) -> None:
    a, b = join(Serving.EACH, Serving.EACH)
    assert a.becomes("joined") and b.becomes("joined")
    b.gateway.run("ip", "link", "set", "ext", "down")
    assert not a.server.reaches(SERVERS["b"])
    assert a.becomes("parted")
    b.gateway.run("ip", "link", "set", "ext", "up")
    assert a.server.reaches(SERVERS["b"])
    assert a.becomes("joined")


def test_a_stranger_gets_no_frame_into_the_network(join) -> None:
    _, b = join(Serving.EACH, Serving.EACH)
    b.gateway.run("ip", "address", "add", "192.0.2.9/24", "dev", "ext")
    route = ("192.0.2.0/24", "dev", "ext", "src")
    b.gateway.run("ip", "route", "replace", *route, "192.0.2.9")
    try:
        assert not b.server.reaches(SERVERS["a"])
    finally:
        b.gateway.run("ip", "route", "replace", *route, PEERS["b"])
        b.gateway.run("ip", "address", "del", "192.0.2.9/24", "dev", "ext")
    assert b.server.reaches(SERVERS["a"])


KEEPS_KEYS = """\
#!/bin/sh
# Keeps the states of IPsec in a file, where the kernel has no ESP; the rest is the real ip's.
[ "$1" = -batch ] || exec {ip} "$@"
grep . > "$0.$$"
if grep -q "state add" "$0.$$"; then cat "$0.$$" >> "$0.states"; else {ip} -batch "$0.$$"; fi
"""
KEY = bytes(range(KEY_BYTES))


@pytest.fixture
def kept_keys(pair: Pair) -> Iterator[Path]:
    """Keep what would set keys in a file, and return its path."""
    ip = pair[0].program.parent / "ip"
    write_program(ip, KEEPS_KEYS.format(ip=shutil.which("ip")))
    yield Path(f"{ip}.states")
    ip.unlink()


def test_nothing_crosses_a_tunnel_that_should_be_encrypted_and_is_not(pair, join, kept_keys):
    a, b = join(Serving.EACH, Serving.EACH)
    assert a.server.reaches(SERVERS["b"])
    a.join(Serving.EACH, b.gateway.mac_of("inner"), KEY)
    assert not a.server.reaches(SERVERS["b"])
    assert not b.server.reaches(SERVERS["a"])
    b.join(Serving.EACH, a.gateway.mac_of("inner"), KEY)
    assert not a.server.reaches(SERVERS["b"])
    states = [line.split() for line in kept_keys.read_text().splitlines()]
    of_a, of_b = ({(s[4], s[6], s[10], s[15], s[19]) for s in states[n : n + 2]} for n in (0, 2))
    assert of_a == of_b and len(of_a) == 2
    assert len({key for _, _, *keys in of_a for key in keys}) == 6
    for cloud in pair:
        cloud.part()
        assert not cloud.gateway.run("ip", "xfrm", "policy")


def test_a_tunnel_that_was_encrypted_joins_again_without_it(pair, join, kept_keys):
    pair[0].join(Serving.EACH, pair[1].gateway.mac_of("inner"), KEY)
    a, _ = join(Serving.EACH, Serving.EACH)
    assert a.server.reaches(SERVERS["b"])


def has_esp() -> bool:
    """Return whether the kernel can encrypt as the gateways do."""
    with namespaces("esp") as [one]:
        state = Encryption(key=KEY, mac="a", peer_mac="b").states(peer="192.0.2.2").splitlines()[0]
        return one.can("ip", *state.replace("$own", "192.0.2.1").split())


def test_an_encrypted_tunnel_joins_whoever_has_the_key(pair, join):
    if not has_esp():
        with pytest.raises(AssertionError, match="This kernel cannot encrypt the tunnel"):
            pair[0].join(Serving.EACH, pair[1].gateway.mac_of("inner"), KEY)
        pair[0].part()
        pytest.skip("This kernel has no ESP, AES-CBC or HMAC-SHA256 for IPsec.")
    a, b = pair
    a.join(Serving.EACH, b.gateway.mac_of("inner"), KEY)
    b.join(Serving.EACH, a.gateway.mac_of("inner"), KEY)
    assert a.server.reaches(SERVERS["b"])
    b.join(Serving.EACH, a.gateway.mac_of("inner"), bytes(KEY_BYTES))
    assert not a.server.reaches(SERVERS["b"])


@contextmanager
def without_router(cloud: Cloud) -> Iterator[None]:
    """Take the cloud's own default gateway away while inside."""
    cloud.router.run("ip", "link", "set", "eth0", "down")
    try:
        yield
    finally:
        cloud.router.run("ip", "link", "set", "eth0", "up")


def test_each_server_hears_the_default_gateway_of_its_own_cloud_alone(join) -> None:
    for cloud in join(Serving.EACH, Serving.EACH):
        assert cloud.server.neighbour(DEFAULT_GATEWAY) == cloud.router.mac_of("eth0")
        with without_router(cloud):
            assert not cloud.server.neighbour(DEFAULT_GATEWAY)


def test_that_of_the_cloud_that_serves_both_is_heard_in_both_and_the_others_in_none(join) -> None:
    a, b = join(Serving.HERE, Serving.THERE)
    with without_router(b):
        assert b.server.neighbour(DEFAULT_GATEWAY) == a.router.mac_of("eth0")
    with without_router(a):
        assert not a.server.neighbour(DEFAULT_GATEWAY)


LISTEN = """
import socket, sys
listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener.bind(("", 67))
print("ready", flush=True)
listener.settimeout(30)
while (said := listener.recv(99).decode()) != "end":
    print(said, flush=True)
"""
SAY = """
import socket, sys
speaker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
speaker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
speaker.bind(("", 68))
speaker.sendto(sys.argv[1].encode(), ("10.0.0.255", 67))
"""


def heard_by_dhcp_server(cloud: Cloud, speakers: list[Cloud]) -> list[str]:
    """Return whose broadcasts a DHCP server in a cloud hears, the cloud's own at last."""
    with cloud.router.start("python3", "-uc", LISTEN) as listener:
        assert listener.stdout
        assert listener.stdout.readline() == "ready\n"
        for speaker in speakers:
            speaker.server.run("python3", "-c", SAY, speaker.name)
        cloud.server.run("python3", "-c", SAY, "end")
        return listener.stdout.read().split()


@pytest.mark.parametrize(
    ("serving", "heard"),
    [
        ((Serving.HERE, Serving.THERE), (["a", "b"], ["b"])),
        ((Serving.THERE, Serving.HERE), (["a"], ["a", "b"])),
        ((Serving.EACH, Serving.EACH), (["a"], ["b"])),
    ],
    ids=["the first serves", "the second serves", "each serves its own"],
)
def test_a_dhcp_server_hears_the_other_cloud_only_if_it_serves_both(join, serving, heard) -> None:
    pair = join(*serving)
    for cloud, names in zip(pair, heard, strict=True):
        assert heard_by_dhcp_server(cloud, list(pair)) == names
