"""Ids of what nova-network has none for, in the form of Neutron's: always the same ones.

The ledger and stored plans refer to them, so that what an id is made from must never change.
"""

import uuid

_SPACE = uuid.UUID("8f1b1d5e-3c1c-4b0e-9c53-0c2f1c6f7a11")


def made_id(kind: str, *parts: object) -> str:
    """Return the id of one object of a kind, made from what is stable of it."""
    return str(uuid.uuid5(_SPACE, ":".join((kind, *map(str, parts)))))


def subnet_id(network_id: str) -> str:
    """Return the id of the only subnet of a network."""
    return made_id("subnet", network_id)


def pool_id(name: str) -> str:
    """Return the id of the external network that stands for a pool of floating addresses."""
    return made_id("pool", name)


def group_id(number: object) -> str:
    """Return the id of the security group with that number."""
    return made_id("security group", number)
