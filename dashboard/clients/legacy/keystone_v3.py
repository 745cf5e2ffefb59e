"""Keystone v3 before Mitaka (3.6), which tells role assignments by ids alone."""

from collections.abc import Callable
from functools import cache
from typing import ClassVar

from typing_extensions import override

from dashboard.clients.legacy.found import Found
from dashboard.clients.legacy.keystone_v3_grants import walked
from dashboard.clients.legacy.translator import Call, Json, Translator, route

WITH_NAMES = (3, 6)
_PLURALS = {"user": "users", "group": "groups", "role": "roles"}
_PLURALS |= {"project": "projects", "domain": "domains"}
_WITH_DOMAIN = ("user", "group", "project")
Named = Callable[[str, str], Json]


class KeystoneV3WithoutNames(Translator):
    """Version 3 from before there was ``include_names``: the names are looked up."""

    name: ClassVar[str] = "Keystone v3 before 3.6"
    service: ClassVar[str] = "identity"
    has_todays_paths = True

    @classmethod
    @override
    def speaks(cls, found: Found) -> bool:
        if found.version is None or found.version[0] != WITH_NAMES[0]:
            return False
        told = found.version_told_at_login
        return told is not None and told < WITH_NAMES

    @route("GET", "/role_assignments")
    def role_assignments(self, call: Call) -> Json:
        """Return the assignments with names; that of an actor who no longer exists is empty."""
        answer = self.find(call.path, query=call.query)
        if answer is None:
            answer = {"role_assignments": walked(self, call)}
        if "include_names" in call.query:
            named = _lookups(self)
            answer["role_assignments"] = [_named(a, named) for a in answer["role_assignments"]]
        return answer


def _lookups(keystone: Translator) -> Named:
    """Return what tells the id, the name and the domain of something, and asks for each once."""

    @cache
    def named(kind: str, id_: str) -> Json:
        found = (keystone.find(f"/{_PLURALS[kind]}/{id_}") or {}).get(kind, {"name": ""})
        told: Json = {"id": id_, "name": found["name"]}
        if kind in _WITH_DOMAIN:
            told["domain"] = named("domain", found.get("domain_id", "default"))
        return told

    return named


def _named(assignment: Json, named: Named) -> Json:
    scope = dict(assignment["scope"])
    if "project" in scope:
        scope["project"] = named("project", scope["project"]["id"])
    parts: Json = {
        kind: named(kind, assignment[kind]["id"])
        for kind in ("user", "group", "role")
        if kind in assignment
    }
    return {**assignment, **parts, "scope": scope}
