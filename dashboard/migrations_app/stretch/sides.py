"""The two sides of a stretched network: a session on each cloud, and what was chosen for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.clouds import connect
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import Stretch, StretchPart
from dashboard.migrations_app.stretch.options import chosen_for

SOURCE, DESTINATION = StretchPart.Side.SOURCE, StretchPart.Side.DESTINATION
_ONE = {"flavors": "flavor", "networks": "network"}  # glance shows an image without a key
_OTHER = {SOURCE: DESTINATION, DESTINATION: SOURCE}


@dataclass(frozen=True, kw_only=True)
class Side:
    """One cloud of a stretched network, seen from its gateway server.

    ``advanced`` is told of each part that was made or removed, once that is stored.
    """

    stretch: Stretch
    name: StretchPart.Side
    session: CloudSession
    advanced: Callable[[], None] = lambda: None

    @property
    def network_id(self) -> str:
        """The network's id in this cloud. Raises ``NeedsOperator`` if it has not moved yet."""
        plan, id_ = self.stretch.plan, self.stretch.network_id
        return id_ if self.name == SOURCE else ledger.destination_id_of(plan, "network", id_)

    @property
    def prepared(self) -> Mapping[str, Any]:
        """What was looked up in this cloud before anything was made."""
        found: Mapping[str, Any] = self.stretch.options["prepared"][self.name]
        return found

    @property
    def other(self) -> "Side":
        """The side that the tunnel leads to."""
        return side_of(self.stretch, _OTHER[self.name])

    def chosen(self, what: str) -> str:
        """Return what was chosen for this cloud alone, else for both; "" for nothing."""
        return chosen_for(self.name, what, self.stretch.options)

    def part_name(self, role: StretchPart.Role) -> str:
        """Return the name that a part has in the cloud, by which it is found after a crash."""
        return f"{self.stretch.marker}-{role}"

    def id_of(self, role: StretchPart.Role) -> str:
        """Return the id of a part that was made, "" for one that is not there."""
        parts = self.stretch.parts.filter(side=self.name, role=role)
        present = parts.filter(state=StretchPart.State.PRESENT)
        return present.values_list("resource_id", flat=True).first() or ""


def side_of(stretch: Stretch, name: str, *, advanced: Callable[[], None] = lambda: None) -> Side:
    """Return one side, without asking its cloud."""
    side = StretchPart.Side(name)
    cloud = stretch.plan.source if side == SOURCE else stretch.plan.destination
    return Side(stretch=stretch, name=side, session=connect(cloud), advanced=advanced)


def named_in(session: CloudSession, service: str, path: str, key: str, text: str) -> dict[str, Any]:
    """Return the one object of a collection that has this id or name.

    Raises ``NeedsOperator`` if there is none, or more than one.
    """
    address = f"{path}/{quote(text, safe='')}"
    if found := session.find(service, address, _ONE.get(key, "")):
        return found
    same = [each for each in session.list(service, path, key) if each["name"] == text]
    if len(same) == 1:
        return same[0]
    raise NeedsOperator(
        f"Cloud {session.name} has {len(same) or 'no'} {key} named {text!r}.",
        fix="Name one by its id, and stretch the network again.",
    )
