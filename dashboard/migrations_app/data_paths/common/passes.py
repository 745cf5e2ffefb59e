"""In which passes a volume is brought whose server runs until the last one."""

AHEAD, MEANWHILE, CUTOVER = "ahead", "meanwhile", "cutover"
PASSES = (AHEAD, MEANWHILE, CUTOVER)
"""In order: while the server runs, what has changed while that took long, and while it is down."""

LONG_SECONDS = 60
"""A first pass that takes longer is followed by another one while the server runs."""
CHANGED_SHARE = 20
"""What is expected to change of a volume from its last pass to its cutover: one part of so many."""

_SMALL_GIB = 1
"""A volume that is not larger is not expected to have a long first pass."""


def passes_of(gib: int) -> int:
    """Return how many passes a volume of that size is expected to take at most."""
    return len(PASSES) if gib > _SMALL_GIB else len(PASSES) - 1
