"""Texts of others in files that somebody opens in a spreadsheet."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def cell(text: str) -> str:
    """Return a text that a spreadsheet shows as it is.

    It computes what begins with a formula's sign: whoever names a server could have an operator's
    machine send the file's contents elsewhere.
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
