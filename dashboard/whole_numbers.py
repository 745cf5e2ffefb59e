"""Whole numbers in texts that anybody may have written."""

import re

BIGGEST = 2**63 - 1
"""The biggest number that a row's id can have, in every database."""

_digits = re.compile(r"[0-9]{1,18}")


def whole_number(text: str) -> int | None:
    """Return the number that a text of ASCII digits means, None if it is no such text.

    More digits than a database can store count as no number: Python refuses to convert thousands
    of them, and a database fails on those in between.
    """
    return int(text) if _digits.fullmatch(text) else None
