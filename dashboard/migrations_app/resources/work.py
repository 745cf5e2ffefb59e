"""What a stage knows and may do: the contract between resource types and execution."""

from collections.abc import Mapping
from typing import Any, Protocol

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.data_path import DataPath
from dashboard.migrations_app.resources.records import Record


class Work(Protocol):
    """One object on its move."""

    @property
    def source(self) -> CloudSession:
        """The source, as the operator."""

    @property
    def destination(self) -> CloudSession:
        """The destination, as the operator."""

    @property
    def record(self) -> Record:
        """The source's object as the plan froze it."""

    @property
    def resolution(self) -> Mapping[str, Any]:
        """What the plan's decision about the object found out."""

    @property
    def data_path(self) -> DataPath:
        """The way that the plan chose for the object's data."""

    @property
    def destination_id(self) -> str:
        """The object's id on the destination, "" before it is created."""

    @property
    def marker(self) -> str:
        """What the object carries from its create call until its id is stored; no other does."""

    @property
    def project_id(self) -> str:
        """The tenant's project on the destination."""

    @property
    def stage_data(self) -> Mapping[str, Any]:
        """What earlier stages stored about this object."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The plan's options, for example ``capture: stop``."""

    @property
    def resumed(self) -> bool:
        """Whether an earlier attempt may have left something behind: look before creating."""

    def save(self, **stage_data: Any) -> None:
        """Store stage data at once, before acting on it: it survives a crash. No secrets."""

    def destination_id_of(self, type_name: str, source_id: str) -> str:
        """Return the destination's id of another object. Raises ``NeedsOperator`` without one."""

    def is_ours(self, type_name: str, destination_id: str) -> bool:
        """Return whether an object of the destination was created by this plan."""

    def is_copy(self, type_name: str, destination_id: str) -> bool:
        """Return whether an object of the destination is what one of this plan has become, created
        or found there."""

    def stage_data_of(self, type_name: str, source_id: str) -> Mapping[str, Any]:
        """Return what the stages of another object stored."""

    def planned(self, type_name: str, source_id: str) -> Record | None:
        """Return another object as the plan froze it, None for one that it does not move."""

    def session_as(self, user_id: str) -> CloudSession:
        """Return the destination as that user of the source, in the tenant's project.

        Where the user cannot be impersonated, it is the operator with a temporary role.
        """

    def can_impersonate(self, user_id: str) -> bool:
        """Return whether ``session_as`` acts as the user rather than as the operator."""

    def begin_outage(self) -> None:
        """Record that this server, which ran, runs on neither cloud from now on.

        Operators are shown it until ``end_outage``. Nothing happens if it is recorded.
        """

    def end_outage(self) -> None:
        """Record that this server runs again, on either cloud, or is gone from the source."""

    def lose(self, field: str, reason: str) -> None:
        """Record that the copy lacks an attribute, as only a create call has shown.

        Verification expects that then, as it does what the plan names.
        """

    def temporary_password(self) -> str:
        """Return the password by which the user that is this object is impersonated.

        It is derived when needed and never stored.
        """

    def restore_password(self) -> None:
        """Put the user's old hash in place of the temporary password, or a one-time password."""

    def log(self, message: str, *, level: int = 20) -> None:
        """Write a line to the job's log; levels are those of Python's logging."""

    def progress(self, done: int, total: int, unit: str) -> None:
        """Report how far the stage is; ``unit`` is bytes or items."""

    def check(self) -> None:
        """Raise ``Cancelled`` when the job is to stop; call it between slow calls."""
