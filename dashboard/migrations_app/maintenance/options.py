"""What a plan may be asked about maintenance; the words are in ``planning.options``."""

NONE, WHILE_MOVING, UNTIL_FINALIZED = "none", "while_moving", "until_finalized"
