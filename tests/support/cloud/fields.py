"""Which fields the objects of a collection have, from when on, and what they are at first."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.cloud.messages import NO_VERSION, Json, Request, Version
from tests.support.cloud.releases import Release


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field that not every answer has.

    ``since`` and ``until`` are microversions (until is excluded), ``extension`` the alias that
    neutron must have, ``release`` the first one. ``for_admin``: others do not see it, and may not
    set it. ``is_optional``: it is only there when it was set.
    """

    default: Any = None
    since: str = ""
    until: str = ""
    extension: str = ""
    release: str = ""
    for_admin: bool = False
    is_optional: bool = False

    def is_in(self, release: Release, version: Version) -> bool:
        """Return whether answers of that release have the field at that microversion."""
        return (
            (not self.since or version >= version_of(self.since))
            and (not self.until or version < version_of(self.until))
            and (not self.extension or self.extension in release.extensions)
            and (not self.release or release.is_from(self.release))
        )


def version_of(text: str) -> Version:
    """Return a microversion as numbers."""
    major, minor = text.split(".")
    return int(major), int(minor)


class Fields:
    """The fields of a collection: plain values are defaults of fields that are always there.

    ``takes_any``: attributes that nobody has heard of are kept, as Keystone and Glance do.
    """

    def __init__(self, fields: Mapping[str, Any], *, takes_any: bool = False) -> None:
        self.takes_any = takes_any
        self._fields = {
            name: value if isinstance(value, Field) else Field(default=value)
            for name, value in fields.items()
        }

    def defaults(self) -> Json:
        """Return what a new object has before anything is set."""
        return {
            name: copy.deepcopy(field.default)
            for name, field in self._fields.items()
            if not field.is_optional
        }

    def names(self, release: Release, version: Version = NO_VERSION) -> set[str]:
        """Return the names of the fields that the release has at that microversion."""
        return {n for n, field in self._fields.items() if field.is_in(release, version)}

    def unknown(self, names: Iterable[str], release: Release, version: Version) -> list[str]:
        """Return which of the names the release does not know."""
        return [] if self.takes_any else sorted({*names} - self.names(release, version))

    def denied(self, names: Iterable[str]) -> list[str]:
        """Return which of the names only an administrator may set."""
        return [n for n in names if n in self._fields and self._fields[n].for_admin]

    def view(self, row: Json, release: Release, request: Request) -> Json:
        """Return an object as the asker sees it at the microversion that it asked for."""
        is_admin = request.token is None or request.token.is_admin
        return {
            name: value
            for name, value in row.items()
            if self._is_shown(name, release, request.version, is_admin=is_admin)
        }

    def _is_shown(self, name: str, release: Release, version: Version, *, is_admin: bool) -> bool:
        field = self._fields.get(name)
        if field is None:
            return self.takes_any
        return field.is_in(release, version) and (is_admin or not field.for_admin)
