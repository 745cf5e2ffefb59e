"""How long a service asks to wait before it is asked again."""

LONGEST_SECONDS = 3600.0
"""A service may name a time on a calendar of its own as seconds: nothing waits for ten years."""


def seconds_asked(header: str | None) -> float | None:
    """Return the seconds in a Retry-After header, up to an hour; None where it has no number."""
    if not header or not header.isdecimal():
        return None
    return min(LONGEST_SECONDS, float(header))
