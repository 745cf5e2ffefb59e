"""Ranges that two environments would share, and other ranges for the copy.

Two clouds with the same ranges cannot run next to each other, which Fuel does not check. The
ranges inside a cloud (``internal_cidr``) may be the same, and so may the networks that nodes boot
from. A network that overlaps gets the next free block of its size: after its own, in the same
private range, or in the range that the operator gives. All VLANs move by one number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, ip_network
from itertools import islice

from dashboard.clients.fuel.objects import Json
from dashboard.errors import BadInput
from dashboard.hosts_app.environments.networks import BOOT, CopiedNetwork

PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
MOVED_PARAMETERS = ("floating_ranges", "baremetal_range", "baremetal_gateway")
"""Addresses in the networks public and baremetal, which are renumbered with them."""
INSIDE_PARAMETERS = ("internal_cidr", "fixed_networks_cidr")
VLAN_RANGE = "vlan_range"
LAST_VLAN = 4094
VLAN_STEP = 100
BLOCKS_TRIED = 4096
MOST_SENTENCES = 6
MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A range or VLANs that an environment uses; ``vlans`` are the first and the last."""

    owner: str
    name: str
    cidr: IPv4Network | None = None
    vlans: tuple[int, int] | None = None

    def overlaps(self, other: "Taken") -> bool:
        """Return whether both cannot be used at the same time."""
        if self.cidr and other.cidr and self.cidr.overlaps(other.cidr):
            return True
        if self.vlans is None or other.vlans is None:
            return False
        return self.vlans[0] <= other.vlans[1] and other.vlans[0] <= self.vlans[1]


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """The networks and parameters of an environment."""

    networks: list[CopiedNetwork]
    parameters: Json
    segmentation: str

    def taken(self, owner: str) -> list[Taken]:
        """Return the ranges and VLANs that it uses."""
        own = [network for network in self.networks if network.name != BOOT]
        found = [_cidr_of(network, owner) for network in own if network.cidr]
        for network in own:
            if (vlan := network.vlan_start) is not None:
                found.append(Taken(owner=owner, name=network.label, vlans=(vlan, vlan)))
        if self.segmentation == "vlan" and (ends := self.parameters.get(VLAN_RANGE)):
            name = "tenants' segmentation"
            found.append(Taken(owner=owner, name=name, vlans=(ends[0], ends[1])))
        return found


def _cidr_of(network: CopiedNetwork, owner: str) -> Taken:
    return Taken(owner=owner, name=network.label, cidr=_block(network))


def _block(network: CopiedNetwork) -> IPv4Network:
    return IPv4Network(network.cidr or "", strict=False)


def overlaps(copy: Sequence[Taken], others: Sequence[Taken]) -> list[str]:
    """Return sentences about the ranges and VLANs of the copy that other environments use.

    What the same environments use is in one sentence: all new ones have the same ranges.
    """
    theirs = {mine: [one for one in others if mine.overlaps(one)] for mine in copy}
    by_owners: dict[tuple[str, ...], list[Taken]] = {}
    for mine, found in theirs.items():
        if found:
            owners = tuple(dict.fromkeys(one.owner for one in found))
            by_owners.setdefault(owners, []).append(mine)
    return [
        _sentence(mine, owners, theirs[mine[0]])
        for owners, mine in _few(by_owners, most=MOST_SENTENCES)
    ]


def _few(
    by_owners: Mapping[tuple[str, ...], list[Taken]], *, most: int
) -> Iterator[tuple[tuple[str, ...], list[Taken]]]:
    """Yield the groups, those after the last but one as one group."""
    groups = list(by_owners.items())
    yield from groups[: most - 1]
    if rest := groups[most - 1 :]:
        owners = dict.fromkeys(owner for some, _ in rest for owner in some)
        yield tuple(owners), [mine for _, several in rest for mine in several]


def _sentence(mine: Sequence[Taken], owners: Sequence[str], theirs: Sequence[Taken]) -> str:
    ours = _joined([_words(one) for one in mine])
    if len(mine) == 1 and len(theirs) == 1:
        return f"{ours} of the copy overlaps {_words(theirs[0])} of {owners[0]}."
    named = [*owners[:MOST_NAMED]]
    if more := len(owners) - MOST_NAMED:
        named += [f"{more} more"] if more > 0 else []
    verb = "overlaps" if len(mine) == 1 else "overlap"
    return f"{ours} of the copy {verb} ranges of {_joined(named)}."


def _joined(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _words(taken: Taken) -> str:
    if taken.cidr:
        return f"{taken.name} ({taken.cidr})"
    first, last = taken.vlans or (0, 0)
    vlans = f"VLAN {first}" if first == last else f"VLANs {first} to {last}"
    return f"{taken.name} ({vlans})"


def kept_ranges(configuration: Json) -> list[IPv4Network]:
    """Return the ranges that Nailgun rejects for the networks of a copy.

    These are the ones that nodes boot from, and the ones inside the cloud.
    """
    parameters = configuration["networking_parameters"]
    booting = [each.get("cidr") for each in configuration["networks"] if each["name"] == BOOT]
    inside = [parameters.get(key) for key in INSIDE_PARAMETERS]
    return [IPv4Network(cidr, strict=False) for cidr in (*booting, *inside) if cidr]


def renumbered(
    copy: Numbering,
    others: Sequence[Taken],
    *,
    base: IPv4Network | None,
    vlan_offset: int,
    kept: Sequence[IPv4Network] = (),
) -> Numbering:
    """Return the copy with other ranges and VLANs wherever it overlaps with others.

    ``vlan_offset`` 0 finds a free one. Public addresses cannot be chosen freely, so they stay
    unless ``base`` is given. The ranges in ``kept`` are not used. Raises ``BadInput`` if there is
    no room.
    """
    taken = [*kept, *(one.cidr for one in (*others, *copy.taken("")) if one.cidr)]
    moved = _with_other_blocks(copy, others, base=base, taken=taken)
    return _with_other_vlans(moved, others, vlan_offset)


def _with_other_blocks(
    copy: Numbering, others: Sequence[Taken], *, base: IPv4Network | None, taken: list[IPv4Network]
) -> Numbering:
    networks, parameters = [], copy.parameters
    for network in copy.networks:
        if _is_to_move(network, others, base):
            old = _block(network)
            new = _free_block(old, taken, base)
            taken.append(new)
            network = _moved(network, old, new)
            parameters = _with_moved_addresses(parameters, old, new)
        networks.append(network)
    return replace(copy, networks=networks, parameters=parameters)


def _is_to_move(network: CopiedNetwork, others: Sequence[Taken], base: IPv4Network | None) -> bool:
    if network.name == BOOT or not network.cidr:
        return False
    can_be_chosen = base is not None or _range_around(_block(network)) is not None
    mine = _cidr_of(network, "")
    return can_be_chosen and any(mine.overlaps(other) for other in others)


def _range_around(block: IPv4Network) -> IPv4Network | None:
    return next((each for each in PRIVATE if block.subnet_of(each)), None)


def _free_block(
    old: IPv4Network, taken: Iterable[IPv4Network], base: IPv4Network | None
) -> IPv4Network:
    used = list(taken)
    for block in islice(_blocks(old, base), BLOCKS_TRIED):
        if not any(block.overlaps(other) for other in used):
            return block
    where = f"in {base}" if base else f"after {old}"
    raise BadInput(
        f"There is no free block of the size of {old} {where}.",
        fix="Choose another range for the copy's networks (cidr_base).",
    )


def _blocks(old: IPv4Network, base: IPv4Network | None) -> Iterator[IPv4Network]:
    """Yield the blocks of a size in ``base``, or those after ``old`` in its private range."""
    around = base or _range_around(old) or old
    first = around.network_address if base else old.network_address + old.num_addresses
    while old.prefixlen >= around.prefixlen and first in around:
        yield IPv4Network((first, old.prefixlen))
        first += old.num_addresses


def _moved(network: CopiedNetwork, old: IPv4Network, new: IPv4Network) -> CopiedNetwork:
    return replace(
        network,
        cidr=str(new),
        gateway=network.gateway and _moved_address(network.gateway, old, new),
        ip_ranges=[[_moved_address(end, old, new) for end in ends] for ends in network.ip_ranges],
    )


def _moved_address(address: str, old: IPv4Network, new: IPv4Network) -> str:
    """Return the address at the same position in the new block; addresses elsewhere stay."""
    one = IPv4Address(address)
    return (
        str(new.network_address + (int(one) - int(old.network_address))) if one in old else address
    )


def _with_moved_addresses(parameters: Json, old: IPv4Network, new: IPv4Network) -> Json:
    def moved(value: object) -> object:
        if isinstance(value, list):
            return [moved(one) for one in value]
        return _moved_address(value, old, new) if isinstance(value, str) and value else value

    changed = {key: moved(parameters[key]) for key in MOVED_PARAMETERS if key in parameters}
    return {**parameters, **changed}


def _with_other_vlans(copy: Numbering, others: Sequence[Taken], offset: int) -> Numbering:
    used = [one for one in others if one.vlans]
    if not any(mine.overlaps(other) for mine in _vlans(copy) for other in used):
        return copy
    for step in [offset] if offset else range(VLAN_STEP, LAST_VLAN, VLAN_STEP):
        moved = _by(copy, step)
        fits = all(mine.vlans and mine.vlans[1] <= LAST_VLAN for mine in _vlans(moved))
        is_free = not any(mine.overlaps(other) for mine in _vlans(moved) for other in used)
        if fits and (is_free or offset):
            return moved
    raise BadInput(
        f"The VLANs of the copy cannot be moved{f' by {offset}' if offset else ''}: they would "
        f"exceed {LAST_VLAN} or overlap with other environments.",
        fix="Choose another offset (vlan_offset), or renumber the copy in Fuel.",
    )


def _vlans(copy: Numbering) -> list[Taken]:
    return [one for one in copy.taken("") if one.vlans]


def _by(copy: Numbering, offset: int) -> Numbering:
    networks = [
        network
        if network.vlan_start is None or network.name == BOOT
        else replace(network, vlan_start=network.vlan_start + offset)
        for network in copy.networks
    ]
    parameters = copy.parameters
    if copy.segmentation == "vlan" and (ends := parameters.get(VLAN_RANGE)):
        parameters = {**parameters, VLAN_RANGE: [end + offset for end in ends]}
    return replace(copy, networks=networks, parameters=parameters)


def read_base(text: str) -> IPv4Network | None:
    """Return the range for the copy's networks, None for "". Raises ``BadInput``."""
    if not text:
        return None
    try:
        base = ip_network(text)
    except ValueError:
        base = None
    if not isinstance(base, IPv4Network):
        raise BadInput(f"{text!r} is not an IPv4 network.", fix="Use the form 10.50.0.0/16.")
    return base
