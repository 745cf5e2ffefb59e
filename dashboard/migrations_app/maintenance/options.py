"""What a plan may be asked about maintenance."""

NONE, WHILE_MOVING, UNTIL_FINALIZED = "none", "while_moving", "until_finalized"
CHOICES = (NONE, WHILE_MOVING, UNTIL_FINALIZED)
WORDS = {
    NONE: "Its people go on working on the source until cutover",
    WHILE_MOVING: "Its people can only look: on the source while it moves, here until verified",
    UNTIL_FINALIZED: "The same, and on the source until finalize or rollback",
}
"""The choices as people read them, where the tenant's destination is meant by here."""
