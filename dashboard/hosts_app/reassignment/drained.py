"""What is left in a cloud whose controllers move: it must have no tenants, servers or computes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashboard.clients.fuel.objects import Node
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import all_servers, compute_services
from dashboard.hosts_app.plans.lines import Refusal
from dashboard.hosts_app.reassignment.refusals import COMPUTE

OWN_PROJECTS = frozenset({"admin", "service", "services"})
"""The projects of the cloud's own services."""
MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """The names of what is left: ``computes`` in Nova and in Fuel, ``servers`` of any tenant."""

    tenants: Sequence[str] = ()
    servers: Sequence[str] = ()
    computes: Sequence[str] = ()

    def refusals(self, cloud: str) -> Iterator[Refusal]:
        """Yield a refusal for each kind of thing that is left."""
        if self.tenants:
            yield Refusal(
                sentence=f"Cloud {cloud} still has tenants: {_named(self.tenants)}.",
                fix="Move and finalize them, or delete their projects.",
            )
        if self.servers:
            yield Refusal(
                sentence=f"Cloud {cloud} still has servers: {_named(self.servers)}.",
                fix="Move or delete them.",
            )
        if self.computes:
            yield Refusal(
                sentence=f"Cloud {cloud} still has computes: {_named(self.computes)}.",
                fix="Reassign them first. If one is gone for good, delete its nova-compute "
                "(openstack compute service delete).",
            )


def leftovers_of(connection: CloudSession, nodes: Sequence[Node]) -> Leftovers:
    """Read what is left in a cloud; ``nodes`` are those of its environment in Fuel."""
    own = connection.project_id
    projects = list(connection.list("identity", "/projects", "projects"))
    own_domains = {project["domain_id"] for project in projects if project["id"] == own}
    return Leftovers(
        tenants=[
            project["name"]
            for project in projects
            if project["id"] != own
            and not (project["name"] in OWN_PROJECTS and project["domain_id"] in own_domains)
        ],
        servers=[server["name"] for server in all_servers(connection)],
        computes=sorted(
            {service.host for service in compute_services(connection)}
            | {node.fqdn for node in nodes if COMPUTE in (*node.roles, *node.pending_roles)}
        ),
    )


def require_drained(connection: CloudSession, nodes: Sequence[Node]) -> None:
    """Raise ``NeedsOperator`` about the first kind of thing that is left."""
    for refusal in leftovers_of(connection, nodes).refusals(connection.name):
        raise NeedsOperator(f"{refusal.sentence} Nothing was removed.", fix=refusal.fix)


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    told = ", ".join(names[:MOST_NAMED])
    return f"{told} and {more} more" if more > 0 else told
