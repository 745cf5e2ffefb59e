"""What a stage knows and may do: the contract between resource types and execution."""

from collections.abc import Mapping
from typing import Any, Protocol

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.records import Record


class Work(Protocol):
    """One object on its move: what a stage knows and may do."""

    @property
    def source(self) -> CloudSession:
        """The source as the operator."""

    @property
    def destination(self) -> CloudSession:
        """The destination as the operator."""

    @property
    def record(self) -> Record:
        """The object as the plan froze it."""

    @property
    def resolution(self) -> Mapping[str, Any]:
        """What the plan's decision about the object found out."""

    @property
    def destination_id(self) -> str:
        """The object's own id on the destination, empty before it is created."""

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
        """Store stage data at once, before acting on it: it survives a crash."""

    def destination_id_of(self, type_name: str, source_id: str) -> str:
        """Return the destination's id of another object. Raises ``NeedsOperator`` without one."""

    def stage_data_of(self, type_name: str, source_id: str) -> Mapping[str, Any]:
        """Return what the stages of another object stored."""

    def session_as(self, user_id: str) -> CloudSession:
        """Return the destination as that user of the source, in the tenant's project.

        Where the user cannot act for himself, this is the operator with a temporary role.
        """

    def can_impersonate(self, user_id: str) -> bool:
        """Return whether ``session_as`` of that user is the user and not the operator."""

    def temporary_password(self) -> str:
        """Return the password of this run for the user that is this object; it is never stored."""

    def restore_password(self) -> None:
        """Put the old hash in place of the password of this run, or hand out a one-time one."""

    def log(self, message: str, *, level: int = 20) -> None:
        """Write a line to the job's log."""

    def progress(self, done: int, total: int, unit: str) -> None:
        """Report how far the stage is; ``unit`` is bytes or items."""

    def check(self) -> None:
        """Raise ``Cancelled`` when the job is to stop; call it between slow calls."""
