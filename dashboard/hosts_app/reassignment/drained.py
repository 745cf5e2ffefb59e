"""What is left in a cloud whose last hosts are to go: it must have no tenant, server or compute."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashboard.clients.fuel.objects import Node
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import all_servers, compute_services
from dashboard.hosts_app.plans.lines import Refusal
from dashboard.hosts_app.reassignment.refusals import COMPUTE

OWN_PROJECTS = frozenset({"admin", "service", "services"})
"""Projects that a cloud has for itself."""
MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """The names of what is left: ``computes`` of Nova and of Fuel, ``servers`` of anybody."""

    tenants: Sequence[str] = ()
    servers: Sequence[str] = ()
    computes: Sequence[str] = ()

    def refusals(self, cloud: str) -> Iterator[Refusal]:
        """Return a sentence, and what helps, for each kind of thing that is left."""
        if self.tenants:
            yield Refusal(
                sentence=f"Cloud {cloud} has tenants still: {_named(self.tenants)}.",
                fix="Move and finalize them, or delete their projects.",
            )
        if self.servers:
            yield Refusal(
                sentence=f"Cloud {cloud} has servers still: {_named(self.servers)}.",
                fix="Move or delete them.",
            )
        if self.computes:
            yield Refusal(
                sentence=f"Cloud {cloud} has computes still: {_named(self.computes)}.",
                fix="Move them to the other cloud first. Of one that is gone for good, delete "
                "its nova-compute (openstack compute service delete).",
            )


def leftovers_of(connection: CloudSession, nodes: Sequence[Node]) -> Leftovers:
    """Ask a cloud what is left in it; ``nodes`` are those of its environment in Fuel."""
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
    """Raise ``NeedsOperator`` with the first thing that is left."""
    for refusal in leftovers_of(connection, nodes).refusals(connection.name):
        raise NeedsOperator(f"{refusal.sentence} Nothing was taken out of it.", fix=refusal.fix)


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    told = ", ".join(names[:MOST_NAMED])
    return f"{told} and {more} more" if more > 0 else told
