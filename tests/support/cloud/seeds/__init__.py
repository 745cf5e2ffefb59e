"""A tenant that has some of everything, on a cloud that has what tenants find there.

The contract test runs over every registered resource type: one of which nothing is seeded here
fails. Add what makes an object of a new type to the module of its service.
"""

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from dashboard.clients.openstack import CloudSession
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.sessions import operator_of
from tests.support.cloud.wire import connected

NAME = "shop"
PASSWORD = "a-password-of-a-user"
# each needs those before it
PARTS = ("identity", "quotas", "network", "storage", "compute", "sharing")
LAST = PARTS[-1]


@dataclass(kw_only=True)
class Seeded:
    """A tenant that is being made: what has been made of it, by names that seeds agree on.

    ``operator`` made the project, ``owner`` is the user who fills it.
    """

    name: str
    cloud: MemoryCloud
    operator: CloudSession
    project_id: str = ""
    made: dict[str, Json] = field(default_factory=dict)
    owner: CloudSession

    def id(self, name: str) -> str:
        """Return the id of something that was made."""
        return str(self.made[name]["id"])

    def make(
        self, name: str, service: str, path: str, key: str, body: Json, *, microversion: str = ""
    ) -> Json:
        """Make something as the owner, to be known by that name."""
        return self.made_by(self.owner, name, service, path, key, body, microversion=microversion)

    def made_by(
        self,
        session: CloudSession,
        name: str,
        service: str,
        path: str,
        key: str,
        body: Json,
        *,
        microversion: str = "",
    ) -> Json:
        """Make something as somebody, to be known by that name."""
        sent = {key: body} if key else body
        found = session.post(service, path, sent, key, microversion=microversion)
        self.made[name] = found
        return found


def tenant_between(old: MemoryCloud, new: MemoryCloud, *, until: str = LAST) -> None:
    """Furnish two clouds that have nothing yet; the old one has the tenant ``NAME``, the new one
    somebody else's. What is in them then is made once for each pair of releases."""
    seeded = _seeded(old.release.name, new.release.name, until)
    for cloud, kept in zip((old, new), seeded, strict=True):
        cloud.put_back(kept)


@cache
def _seeded(old_release: str, new_release: str, until: str) -> tuple[bytes, bytes]:
    old, new = MemoryCloud("old", release=old_release), MemoryCloud("new", release=new_release)
    with connected(old, new):
        furnish(old, first_address=10)
        furnish(new, first_address=110)
        seed_tenant(old, until=until)
        seed_tenant(new, "other", until=until)
    return old.keep(), new.keep()


def furnish(cloud: MemoryCloud, *, first_address: int) -> None:
    """Fill a cloud with what tenants find there: networks, a flavor and an image for everybody.

    Networks of others give away addresses from that one on.
    """
    from tests.support.cloud.seeds import everybodys

    everybodys.furnish(operator_of(cloud), first_address=first_address)


def seed_tenant(cloud: MemoryCloud, name: str = NAME, *, until: str = LAST) -> Seeded:
    """Make a tenant on a cloud that is furnished: it has some of everything, or some of what comes
    before the end of ``PARTS``, which takes a fraction of the time to move."""
    operator = operator_of(cloud)
    seeded = Seeded(name=name, cloud=cloud, operator=operator, owner=operator)
    for part in PARTS[: PARTS.index(until) + 1]:
        import_module(f"{__name__}.{part}").seed(seeded)
    return seeded
