"""Whether a host fits into the environment that it is to join, asked again by its job."""

from dashboard.clients.fuel.objects import Node
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.reassignment.facts import EnvironmentFacts, read_environment, read_example
from dashboard.hosts_app.reassignment.layout import HostLayout, group_of, lay_out, networks_for
from dashboard.hosts_app.reassignment.refusals import fit_refusals
from dashboard.hosts_app.reassignment.work import ReassignmentWork


def layout_now(work: ReassignmentWork, side: EnvironmentFacts, *, group: str) -> HostLayout:
    """Return the host's layout as planned, for the networks that it has to have now."""
    record = work.record
    wanted = {one["name"] for one in networks_for(side, group=group, roles=record.roles)}
    return lay_out(
        record.host,
        side,
        group=group,
        roles=record.roles,
        interfaces=record.interfaces,
        chosen={name: face for name, face in work.places.items() if name in wanted},
        example=read_example(work.fuel, side, roles=record.roles),
    )


def require_fit(work: ReassignmentWork, node: Node) -> None:
    """Raise ``NeedsOperator`` if its new environment would refuse the host, before its erasure."""
    record, fuel = work.record, work.fuel
    if record.destination_environment == record.source_environment:
        return  # it is only removed
    side = read_environment(fuel, fuel.environment(record.destination_environment))
    group = group_of(node, fuel.nodegroups(record.source_environment), side)
    for refusal in fit_refusals(side, record.roles, layout_now(work, side, group=group)):
        raise NeedsOperator(f"{refusal.sentence} Nothing was removed.", fix=refusal.fix)
