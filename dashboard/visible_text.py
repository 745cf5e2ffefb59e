"""Texts of others for a terminal: their control characters are shown and not obeyed.

A name in a cloud may hold escape sequences, which would move the cursor, rename the window or hide
what stands before them.
"""

import re

# C0 and C1 without tab and line feed, and the signs that change the direction of a line
_controls = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Return the text with each control character as ``\\x1b``, or ``\\u202e``."""
    return _controls.sub(lambda found: ascii(found[0])[1:-1], text)


def visible_json(document: str) -> str:
    """Return a JSON document that means the same, without a control character."""
    return _controls.sub(lambda found: f"\\u{ord(found[0]):04x}", document)
