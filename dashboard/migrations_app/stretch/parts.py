"""The parts of a gateway: each is recorded before it is made, found again, and removed."""

from dataclasses import dataclass
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.clients.polling import poll_until
from dashboard.errors import WrongState
from dashboard.migrations_app.models import Stretch, StretchPart
from dashboard.migrations_app.stretch.sides import Side

_REMOVAL_SECONDS = 300


@dataclass(frozen=True)
class _Api:
    """Where the parts of one role are in the APIs."""

    service: str
    path: str
    key: str
    listing: str = ""
    by_name: bool = True


_PORTS = _Api("network", "/ports", "ports")
_APIS = {
    StretchPart.Role.GROUP: _Api("network", "/security-groups", "security_groups"),
    StretchPart.Role.INNER: _PORTS,
    StretchPart.Role.OUTER: _PORTS,
    StretchPart.Role.ADDRESS: _Api("network", "/floatingips", "floatingips", by_name=False),
    StretchPart.Role.SERVER: _Api("compute", "/servers", "servers", "/servers/detail"),
}


def make(side: Side, role: StretchPart.Role, body: Json) -> Json:
    """Return a part, which is made unless an earlier attempt has made it.

    Raises ``WrongState`` when the network is being parted meanwhile.
    """
    part = _opened(side, role)
    api = _APIS[role]
    found = _found(side, part)
    if found is None:
        _require_joining(side.stretch)
        found = side.session.post(api.service, api.path, {api.key[:-1]: body}, api.key[:-1])
    _record(part, StretchPart.State.PRESENT, resource_id=found["id"])
    side.advanced()
    return found


def shown(side: Side, role: StretchPart.Role) -> Json | None:
    """Return a part as its cloud has it now, None for one that is not there."""
    api, id_ = _APIS[role], side.id_of(role)
    return side.session.find(api.service, f"{api.path}/{id_}", api.key[:-1]) if id_ else None


def remove_all(side: Side) -> int:
    """Remove all parts of a side, also those whose creation was not recorded; return how many."""
    parts = side.stretch.parts.filter(side=side.name).exclude(state=StretchPart.State.REMOVED)
    # the latest first: a server before its ports, these before their group
    return sum(_remove(side, part) for part in parts.order_by("-pk"))


def _remove(side: Side, part: StretchPart) -> bool:
    api, found = _APIS[StretchPart.Role(part.role)], _found(side, part)
    if found is not None:
        path = f"{api.path}/{found['id']}"
        side.session.delete(api.service, path)
        poll_until(
            lambda: None if side.session.find(api.service, path, api.key[:-1]) else True,
            what=f"the {part.get_role_display().lower()} {found['id']} to be deleted",
            seconds=_REMOVAL_SECONDS,
        )
    _record(part, StretchPart.State.REMOVED)
    side.advanced()
    return found is not None


def _record(part: StretchPart, state: StretchPart.State, **more: str) -> None:
    StretchPart.objects.filter(pk=part.pk).update(state=state, **more)


def _opened(side: Side, role: StretchPart.Role) -> StretchPart:
    """Return the row of a part, written before it is made."""
    part, _ = StretchPart.objects.get_or_create(stretch=side.stretch, side=side.name, role=role)
    return part


def _found(side: Side, part: StretchPart) -> Json | None:
    """Return what the cloud has of a part: by its id, else by its name or its port."""
    api = _APIS[StretchPart.Role(part.role)]
    if part.resource_id:
        return side.session.find(api.service, f"{api.path}/{part.resource_id}", api.key[:-1])
    ours = _query(side, StretchPart.Role(part.role))
    if ours is None:
        return None
    listed = side.session.list(api.service, api.listing or api.path, api.key, **ours)
    # nova takes a name for a regular expression
    return next((each for each in listed if ours.items() <= each.items()), None)


def _query(side: Side, role: StretchPart.Role) -> dict[str, Any] | None:
    """Return what finds a part whose id was not recorded, None if it cannot exist."""
    if _APIS[role].by_name:
        return {"name": side.part_name(role)}
    port = side.id_of(StretchPart.Role.OUTER)
    return {"port_id": port} if port else None


def _require_joining(stretch: Stretch) -> None:
    """Refuse to make something that a removal under way would not see."""
    stretch.refresh_from_db(fields=["state"])
    if stretch.state not in (Stretch.State.JOINING, Stretch.State.JOINED):
        raise WrongState(
            f"The network {stretch.network_name} is parted, or being parted.",
            fix="Stretch it again, by a new job.",
        )
