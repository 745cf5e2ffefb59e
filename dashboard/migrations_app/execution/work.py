"""One object on its move, as a resource type sees it: the contract's ``Work`` over our rows."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dashboard.clients.openstack import CloudSession
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import LogLevel
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution import passwords
from dashboard.migrations_app.execution.identities import Identities, identities_of, password_of_run
from dashboard.migrations_app.models import Link, PlanItem
from dashboard.migrations_app.resources.base import Record


class ItemWork:
    """The work on one item of a plan; see ``contract.Work`` for what each member means."""

    def __init__(self, item: PlanItem, link: Link, context: StepContext) -> None:
        self.item = item
        self.plan = item.plan
        self.link = link
        self.probing = context.probing
        self.log = context.log
        self.progress = context.progress
        self.check = context.check

    @cached_property
    def identities(self) -> Identities:
        """The connections of the plan."""
        return identities_of(self.plan)

    @property
    def source(self) -> CloudSession:
        """The source as the operator."""
        return self.identities.source

    @property
    def destination(self) -> CloudSession:
        """The destination as the operator."""
        return self.identities.destination

    @cached_property
    def record(self) -> Record:
        """The object as the plan froze it."""
        return record_of(self.item)

    @property
    def decided(self) -> Mapping[str, Any]:
        """What the plan's decision found out."""
        decided: Mapping[str, Any] = self.item.decided
        return decided

    @property
    def destination_id(self) -> str:
        """The object's id on the destination, empty before it is created."""
        return self.link.destination_id

    @property
    def project_id(self) -> str:
        """The tenant's project on the destination."""
        return self.counterpart("project", self.plan.tenant_id)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What earlier stages remembered."""
        facts: Mapping[str, Any] = self.link.facts
        return facts

    @property
    def options(self) -> Mapping[str, Any]:
        """The plan's options."""
        options: Mapping[str, Any] = self.plan.options
        return options

    def remember(self, **facts: Any) -> None:
        """Store facts at once."""
        ledger.remember(self.link, facts)

    def counterpart(self, type_name: str, source_id: str) -> str:
        """Return the destination's id of another object."""
        return ledger.counterpart(self.plan, type_name, source_id)

    def facts_of(self, type_name: str, source_id: str) -> Mapping[str, Any]:
        """Return what the stages of another object remembered."""
        link = ledger.link_of(self.plan, type_name, source_id)
        return link.facts if link else {}

    def owner(self, user_id: str) -> CloudSession:
        """Return the destination as the user, or as the operator where the user cannot act."""
        return self.identities.owner(user_id, project_id=self.project_id)

    def acts_for_itself(self, user_id: str) -> bool:
        """Return whether ``owner`` is the user itself."""
        return self.identities.acts_for_itself(user_id)

    def password(self) -> str:
        """Return the password of this run for the user that is this object."""
        return password_of_run(self.plan, self.item.source_id)

    def settle_password(self) -> None:
        """Return the user its old password, or a one-time one in the sealed file."""
        copied = passwords.copy_hash(
            self.source,
            self.destination,
            user_id=self.item.source_id,
            destination_id=self.destination_id,
        )
        if copied:
            self.log(f"Gave user {self.item.name} the old password.")
            return
        path = passwords.hand_out_one_time(
            self.plan, self.destination, user_id=self.destination_id, name=self.item.name
        )
        self.log(
            f"Gave user {self.item.name} a one-time password; it is in {path.name} in Pumphouse's "
            "home folder.",
            level=LogLevel.WARNING,
        )


def record_of(item: PlanItem) -> Record:
    """Return the record that a plan's item was made from."""
    return Record(
        type=item.type,
        id=item.source_id,
        name=item.name,
        fields=item.fields,
        foreign=item.foreign,
    )
