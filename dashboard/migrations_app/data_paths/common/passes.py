"""In which passes a volume is brought whose server runs until the last one."""

AHEAD, MEANWHILE, CUTOVER = "ahead", "meanwhile", "cutover"
PASSES = (AHEAD, MEANWHILE, CUTOVER)
"""In order: while the server runs, what has changed while that took long, and while it is down."""

LONG_SECONDS = 60
"""A first pass that takes longer is followed by another one while the server runs."""
CHANGED_SHARE = 20
"""What is expected to change of a volume from its last pass to its cutover: one part of so many."""
