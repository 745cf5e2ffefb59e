"""Reads keys that several kinds of hooks have: lists of texts, addresses, and secrets.

A secret may be in the configuration, or better in a file of its own.
"""

import re
from pathlib import Path

from dashboard.clients.yaml_sections import Section
from dashboard.errors import NeedsOperator
from dashboard.secrets import register

_address = re.compile(r"https?://[^\s/@]+(?:/[^\s@]*)?")


def texts(section: Section, key: str) -> tuple[str, ...]:
    """Return a list of texts, none when it is absent. Raises ``BadInput``."""
    values = section.plain_list(key)
    if not all(isinstance(value, str) and value for value in values):
        raise section.fault("Expected a list of texts.", key=key, fix="Put them in quotes.")
    return tuple(values)


def needed_texts(section: Section, key: str) -> tuple[str, ...]:
    """Return a list of texts that must be there. Raises ``BadInput``."""
    found = texts(section, key)
    if not found:
        raise section.missing(key)
    return found


def read_url(section: Section) -> str:
    """Return the address under ``url``, which has no user in it. Raises ``BadInput``."""
    url = section.text("url")
    if not _address.fullmatch(url):
        raise section.fault(
            "Expected an address that begins with http:// or https:// and has no user in it.",
            key="url",
        )
    return url.rstrip("/")


def read_secret(section: Section, key: str) -> "Secret":
    """Return the secret under the key, or in the file that ``<key>_file`` names.

    Raises ``BadInput`` if neither is there, or both are.
    """
    by_file = f"{key}_file"
    if key in section and by_file in section:
        raise section.fault(f"Both {key} and {by_file} are there.", key=key, fix="Remove one.")
    if by_file in section:
        return Secret(path=Path(section.text(by_file)))
    text = section.text(key)
    register(text)
    return Secret(text=text)


class Secret:
    """A secret that is read when it is used. Its repr shows nothing."""

    def __init__(self, *, text: str = "", path: Path | None = None) -> None:
        self._text, self._path = text, path

    def value(self) -> str:
        """Return the secret, and register it. Raises ``NeedsOperator`` for an unreadable file."""
        if self._path is None:
            return self._text
        try:
            text = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise NeedsOperator(
                f"The file {self._path} with a hook's secret cannot be read.",
                fix="Create it, and allow the account of the workers to read it.",
            ) from None
        if not text:
            raise NeedsOperator(f"The file {self._path} is empty.", fix="Write the secret there.")
        register(text)
        return text
