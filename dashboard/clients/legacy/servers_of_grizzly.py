"""What servers tell since Havana, asked for one by one in a Nova from before.

Grizzly tells neither the volumes of a server nor the MACs of its addresses beside it. It lists a
server's MACs, but not which of them an address is on. nova-network makes the interfaces of a server
in the order of its networks, which is that of their list.
"""

from collections.abc import Collection

from dashboard.clients.legacy.translator import Json, Translator

ATTACHED = "os-extended-volumes:volumes_attached"
MAC = "OS-EXT-IPS-MAC:mac_addr"
BY_ORDER = "mac_by_order"
"""In an address: true for a MAC that is only known from that order."""


def as_since_havana(server: Json, nova: Translator) -> Json:
    """Return a server with its volumes, and with MACs beside its addresses."""
    attached = {} if ATTACHED in server else {ATTACHED: _volumes(server, nova)}
    return {**with_macs(server, nova), **attached}


def with_macs(server: Json, nova: Translator) -> Json:
    """Return a server with a MAC beside each address; none where their number is another than that
    of its networks."""
    addresses = server.get("addresses") or {}
    if all(MAC in entry for entries in addresses.values() for entry in entries):
        return server
    answer = nova.find(f"/servers/{server['id']}/os-virtual-interfaces") or {}
    macs = [each["mac_address"] for each in answer.get("virtual_interfaces", ())]
    labels = [*addresses] if len(macs) == 1 else _in_order(addresses, nova)
    if len(macs) != len(labels):
        return server
    by_order = {BY_ORDER: True} if len(macs) > 1 else {}
    told = {label: {MAC: mac, **by_order} for label, mac in zip(labels, macs, strict=True)}
    named = {label: [{**e, **told[label]} for e in addresses[label]] for label in addresses}
    return {**server, "addresses": named}


def _in_order(labels: Collection[str], nova: Translator) -> list[str]:
    """Return labels in the order of the list of networks; none where two networks have one."""
    rows = (nova.find("/os-networks") or {"networks": []})["networks"]
    found = [row["label"] for row in rows if row["label"] in labels]
    return found if len(found) == len({*found}) == len(labels) else []


def _volumes(server: Json, nova: Translator) -> list[Json]:
    answer = nova.find(f"/servers/{server['id']}/os-volume_attachments") or {}
    return [{"id": each["volumeId"]} for each in answer.get("volumeAttachments", ())]
