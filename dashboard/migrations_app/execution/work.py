"""One object on its move, as a resource type sees it: the contract's ``Work`` over our rows."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dashboard.clients.openstack import CloudSession
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import LogLevel
from dashboard.migrations_app import ledger
from dashboard.migrations_app.data_paths import path_of
from dashboard.migrations_app.execution import passwords
from dashboard.migrations_app.execution.identities import (
    TEMPORARY,
    Identities,
    identities_of,
    temporary_password_of,
)
from dashboard.migrations_app.models import LedgerEntry, PlanItem
from dashboard.migrations_app.resources.data_path import DataPath
from dashboard.migrations_app.resources.records import CREATE, Record

# in a user's stage data: whether it has its own password, or a one-time one
_RESTORED = "has_own_password"


class ItemWork:
    """The work on one item of a plan; ``resources.work.Work`` says what each member means."""

    def __init__(self, item: PlanItem, entry: LedgerEntry, context: StepContext) -> None:
        self.item = item
        self.plan = item.plan
        self.entry = entry
        self.resumed = context.resumed
        self.log = context.log
        self.progress = context.progress
        self.check = context.check
        self._ids: dict[tuple[str, str], str] = {}

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
    def resolution(self) -> Mapping[str, Any]:
        """What the plan's decision found out."""
        resolution: Mapping[str, Any] = self.item.resolution
        return resolution

    @property
    def data_path(self) -> DataPath:
        """The way that the plan chose for the object's data."""
        return path_of(self.resolution)

    @property
    def destination_id(self) -> str:
        """The object's id on the destination, empty before it is created."""
        return self.entry.destination_id

    @property
    def marker(self) -> str:
        """What the object carries until its id is stored."""
        return ledger.marker_of(self.entry)

    @property
    def project_id(self) -> str:
        """The tenant's project on the destination."""
        return self.destination_id_of("project", self.plan.tenant_id)

    @property
    def stage_data(self) -> Mapping[str, Any]:
        """What earlier stages stored."""
        stage_data: Mapping[str, Any] = self.entry.stage_data
        return stage_data

    @property
    def options(self) -> Mapping[str, Any]:
        """The plan's options."""
        options: Mapping[str, Any] = self.plan.options
        return options

    def save(self, **stage_data: Any) -> None:
        """Store stage data at once."""
        ledger.save_stage_data(self.entry, stage_data)

    def begin_outage(self) -> None:
        """Store that this server runs on neither cloud."""
        ledger.begin_outage(self.entry)

    def end_outage(self) -> None:
        """Store that this server runs again."""
        ledger.end_outage(self.entry)

    def destination_id_of(self, type_name: str, source_id: str) -> str:
        """Return the destination's id of another object.

        A step asks for the same ones often, and other objects keep their ids while it runs.
        """
        key = (type_name, source_id)
        if key == self.entry.key or key not in self._ids:
            self._ids[key] = ledger.destination_id_of(self.plan, type_name, source_id)
        return self._ids[key]

    def is_ours(self, type_name: str, destination_id: str) -> bool:
        """Return whether this plan created an object of the destination."""
        return ledger.is_created_by(self.plan, type_name, destination_id)

    def is_copy(self, type_name: str, destination_id: str) -> bool:
        """Return whether an object of the destination is what one of this plan has become."""
        return ledger.is_copy(self.plan, type_name, destination_id)

    def stage_data_of(self, type_name: str, source_id: str) -> Mapping[str, Any]:
        """Return what the stages of another object stored."""
        entry = ledger.entry_of(self.plan, type_name, source_id)
        return entry.stage_data if entry else {}

    def planned(self, type_name: str, source_id: str) -> Record | None:
        """Return another object that the plan creates."""
        item = self.plan.items.filter(type=type_name, source_id=source_id, action=CREATE).first()
        return record_of(item) if item else None

    def session_as(self, user_id: str) -> CloudSession:
        """Return the destination as the user, or as the operator where the user cannot act."""
        return self.identities.session_as(user_id, project_id=self.project_id)

    def can_impersonate(self, user_id: str) -> bool:
        """Return whether ``session_as`` acts as the user rather than as the operator."""
        return self.identities.can_impersonate(user_id)

    def lose(self, field: str, reason: str) -> None:
        """Add a loss to those of the item."""
        loss = {"field": field, "value": self.record.fields.get(field), "reason": reason}
        self.item.losses = [*(x for x in self.item.losses if x["field"] != field), loss]
        self.item.save(update_fields=["losses"])

    def temporary_password(self) -> str:
        """Return the temporary password of the user, after storing that it is in use."""
        self.save(**{TEMPORARY: True, _RESTORED: False})
        return temporary_password_of(self.plan, self.item.source_id)

    def restore_password(self) -> None:
        """Restore the user's own password, or write a one-time password to the secrets file.

        It is done once, however often the step is repeated for what comes after it.
        """
        if self.stage_data.get(_RESTORED):
            return
        # stored first: from now on the temporary password may stop working at any moment
        self.save(**{TEMPORARY: False})
        copied = passwords.copy_hash(
            self.source,
            self.destination,
            user_id=self.item.source_id,
            destination_id=self.destination_id,
        )
        if copied:
            self.save(**{_RESTORED: True})
            self.log(f"Restored the password of user {self.item.name}.")
            return
        path = passwords.issue_one_time_password(
            self.plan, self.destination, user_id=self.destination_id, name=self.item.name
        )
        self.save(**{_RESTORED: True})
        self.log(
            f"User {self.item.name} has a one-time password; it is in {path.name} in Pumphouse's "
            "home directory.",
            level=LogLevel.WARNING,
        )


def record_of(item: PlanItem) -> Record:
    """Return the record that a plan's item was made from."""
    return Record(
        type=item.type,
        id=item.source_id,
        name=item.name,
        fields=item.fields,
        shared=item.shared,
    )
