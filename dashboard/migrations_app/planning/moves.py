"""The move to plan: which tenant, to which cloud, with which mappings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.execution.edits import Edits
from dashboard.migrations_app.models import Plan, Tenant, subject_of
from dashboard.migrations_app.resources.choices import LEAVE_OUT
from dashboard.migrations_app.resources.registry import resource_types


@dataclass(frozen=True, kw_only=True)
class Move:
    """The move of a tenant from the cloud of its row to another one.

    ``choices`` map ``type:name or id`` on the source to a name or an id on the destination;
    ``edits`` are fields that copies get instead of those of the source; ``files`` of os-migrate,
    the text of each by its name, add choices and edits when the tenant is read.
    """

    tenant: Tenant
    destination: Cloud
    choices: Mapping[str, str] = field(default_factory=dict)
    edits: Edits = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Cloud:
        """The cloud that the tenant is moved from."""
        return self.tenant.cloud

    @property
    def subject(self) -> str:
        """What the jobs of its plans are about."""
        return subject_of(self.tenant.project_id)

    def __str__(self) -> str:
        return f"{self.tenant.name} from {self.source} to {self.destination}"


def move_of(
    source: Cloud, tenant: str, destination: Cloud, choices: Mapping[str, str] | None = None
) -> Move:
    """Return the move of a known tenant, given by name or id.

    Raises ``NotFound``, and ``BadInput`` for a name in several domains.
    """
    row = known_tenant(source, tenant)
    return Move(tenant=row, destination=destination, choices=choices or {})


def move_again(plan: Plan, choices: Mapping[str, str]) -> Move:
    """Return the move of a plan with other choices. Raises ``NotFound`` without its tenant."""
    move = move_of(plan.source, plan.tenant_id, plan.destination, choices)
    return replace(move, edits=plan.edits)


def why_not_move(move: Move) -> BadInput | None:
    """Return why a move cannot be planned, None if it can."""
    if _are_one(move.source, move.destination):
        return BadInput("The source and the destination are the same cloud.", fix="Choose two.")
    for key, target in move.choices.items():
        type_name, separator, name = key.partition(":")
        if not separator or not name:
            return BadInput(
                f"The mapping {key!r} has no type.", fix="Write it as TYPE:NAME=TARGET."
            )
        if type_name not in resource_types():
            known = ", ".join(resource_types())
            return BadInput(
                f"The mapping {key!r} has an unknown type.", fix=f"Known types: {known}."
            )
        if type_name == "project" and target == LEAVE_OUT:
            return BadInput(
                "The project cannot be left out: everything else is in it.",
                fix="Leave out other objects, or do not move the tenant.",
            )
    return None


def _are_one(source: Cloud, destination: Cloud) -> bool:
    """Return whether both rows stand for the same cloud under two names."""
    addresses = {(cloud.auth_url or cloud.name, cloud.region) for cloud in (source, destination)}
    return len(addresses) == 1


def known_tenant(source: Cloud, name_or_id: str) -> Tenant:
    """Return the tenant's row. Raises ``NotFound``, ``BadInput`` for a name in several domains."""
    tenants = source.tenants.select_related("cloud")
    rows = [*tenants.filter(project_id=name_or_id)] or [*tenants.filter(name=name_or_id)]
    if not rows:
        raise NotFound(
            f"Cloud {source} has no tenant {name_or_id!r} that Pumphouse has seen.",
            fix="Refresh the cloud, then choose one of its tenants.",
        )
    if len(rows) > 1:
        ids = ", ".join(f"{row.project_id} (domain {row.domain_name})" for row in rows)
        raise BadInput(f"Several tenants are named {name_or_id!r}.", fix=f"Give the id: {ids}.")
    return rows[0]
