"""Role assignments of a Keystone v3 of Grizzly, which lists none: the roles of each user and group
on each project are asked for.
"""

from collections.abc import Iterable, Iterator

from dashboard.clients.legacy.translator import Call, Json, Translator

_ACTORS = {"user": "users", "group": "groups"}
_SCOPES = {"project": "projects", "domain": "domains"}
_LATER = frozenset({"scope.system", "scope.OS-INHERIT:inherited_to"})
Named = tuple[str, str]
"""A kind, as "user", and an id."""


def walked(keystone: Translator, call: Call) -> list[Json]:
    """Return the assignments, by ids, in the scope, of the actor and with the role asked for.

    Nothing is inherited in Grizzly, and nobody has a role on the whole system.
    """
    if not _LATER.isdisjoint(call.query):
        return []
    role = call.query.get("role.id")
    found = [
        _assignment(scope, actor, given["id"])
        for scope in _asked(keystone, call, _SCOPES, "scope.{}.id")
        for actor in _asked(keystone, call, _ACTORS, "{}.id")
        for given in _roles(keystone, scope, actor)
    ]
    return [each for each in found if role in (None, each["role"]["id"])]


def _assignment(scope: Named, actor: Named, role_id: str) -> Json:
    (kind, id_), (actors, actor_id) = scope, actor
    return {"scope": {kind: {"id": id_}}, actors: {"id": actor_id}, "role": {"id": role_id}}


def _asked(
    keystone: Translator, call: Call, plurals: dict[str, str], parameter: str
) -> Iterator[Named]:
    """Yield the kinds and ids that a request names, those of all kinds where it names none."""
    named = {kind: call.query.get(parameter.format(kind)) for kind in plurals}
    for kind, id_ in named.items():
        if id_:
            yield kind, id_
        elif not any(named.values()):
            listed: Iterable[Json] = keystone.ask("GET", f"/{plurals[kind]}")[plurals[kind]]
            yield from ((kind, each["id"]) for each in listed)


def _roles(keystone: Translator, scope: Named, actor: Named) -> list[Json]:
    path = f"/{_SCOPES[scope[0]]}/{scope[1]}/{_ACTORS[actor[0]]}/{actor[1]}/roles"
    return [*(keystone.find(path) or {"roles": []})["roles"]]
