"""Where a server must be: zones and aggregates, as resource classes that a host has or lacks.

Placement's own classes have no spaces.
"""

ZONE, AGGREGATE = "zone", "aggregate"


def in_zone(name: str) -> str:
    """Return the class that hosts of an availability zone have."""
    return f"{ZONE} {name}"


def in_aggregate(key: str, value: str) -> str:
    """Return the class that hosts have whose aggregate has that metadata."""
    return f"{AGGREGATE} {key}={value}"


def is_place(class_name: str) -> bool:
    """Return whether a resource class is a zone or an aggregate."""
    return " " in class_name
