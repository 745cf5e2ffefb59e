"""What stands in the way of copying an environment, and what to know beforehand."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dashboard.clients.fuel.objects import Node, Release
from dashboard.hosts_app.environments.numbering import Numbering, Taken, overlaps
from dashboard.hosts_app.environments.source import Source
from dashboard.hosts_app.fuel.releases import AVAILABLE, is_older
from dashboard.hosts_app.plans.lines import Refusal

NO_NOVA_NETWORK = "nova-7.0"
"""Since this release there is no nova-network."""
TLS = "public_ssl"


def refusals_for(
    source: Source, releases: tuple[Release, Release], *, name: str, taken: Sequence[str]
) -> list[Refusal]:
    """Return why there can be no such copy.

    ``releases`` are the source's and the copy's, ``taken`` the names of existing environments.
    """
    own, chosen = releases
    checks: list[tuple[bool, str, str]] = [
        (
            name in taken,
            f"Fuel already has an environment {name}.",
            "Choose another name.",
        ),
        (
            chosen.state != AVAILABLE,
            f"Fuel cannot deploy {chosen.name}: it is {chosen.state}.",
            "Choose another release, or upload it to Fuel.",
        ),
        (
            is_older(chosen.version, own.version),
            f"{chosen.name} is older than {own.name}, the source's release.",
            "Choose the source's release or a newer one.",
        ),
        (
            source.environment.net_provider == "nova_network"
            and not is_older(chosen.version, NO_NOVA_NETWORK),
            f"{chosen.name} has no nova-network, which the source uses.",
            "Choose an older release, or create an environment with Neutron in Fuel.",
        ),
    ]
    return [Refusal(sentence=sentence, fix=fix) for stands, sentence, fix in checks if stands]


def notes_on(
    source: Source, numbering: Numbering, others: Sequence[Taken], *, name: str
) -> list[str]:
    """Return what an operator has to do before the copy is deployed."""
    found = overlaps(numbering.taken(name), others)
    notes = [f"{sentence} Deploy only one of them, or renumber the copy." for sentence in found]
    now = {network.key: network for network in source.networks}
    notes += [
        f"The gateway {network.gateway} of network {network.label} must exist before "
        f"{name} is deployed."
        for network in numbering.networks
        if network.use_gateway and network.gateway != now[network.key].gateway
    ]
    return [*notes, *_note_of_tls(source), *_note_of_nodes(source, name)]


def _note_of_tls(source: Source) -> list[str]:
    tls: dict[str, Any] = source.settings.get(TLS, {})
    is_used = any((tls.get(key) or {}).get("value") for key in ("services", "horizon"))
    if not is_used:
        return []
    return [
        f"The copy gets the same host name for TLS, {tls['hostname']['value']}: change it in Fuel "
        "before you deploy the copy."
    ]


def _note_of_nodes(source: Source, name: str) -> list[str]:
    """Return a note on the source's nodes, which are not copied."""
    counted = Counter(_layout(node) for node in source.nodes)
    if not counted:
        return []
    layout = "; ".join(f"{count} with {kind}" for kind, count in sorted(counted.items()))
    return [
        f"Nodes are not copied: add them to {name} in Fuel. {source.environment.name} has {layout}."
    ]


def _layout(node: Node) -> str:
    roles = ", ".join(sorted(node.roles or node.pending_roles)) or "no role"
    labels = ", ".join(f"{key}={value}" for key, value in (node.data.get("labels") or {}).items())
    return f"{roles} (labels {labels})" if labels else roles
