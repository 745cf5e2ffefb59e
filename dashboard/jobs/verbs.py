"""What somebody can do to a row by a button, a call or a command: a verb is one class.

Pages, API, OpenAPI, command line and permissions are loops over verbs, and an option of a verb is
one object (``dashboard.jobs.options``). So no surface can offer what another one refuses.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from dashboard.errors import BadInput, PumphouseError
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option, chosen_values
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.roles import Action
from dashboard.jobs.starting import conflict_over

Target = TypeVar("Target")


class Verb(Generic[Target]):
    """Something that can be done to a row; it starts a job."""

    name: ClassVar[str]
    """As in addresses, where it has hyphens; the kind of its jobs too. The file has this name."""
    title: ClassVar[str]
    """What a button says."""
    effect: ClassVar[str]
    """What it does, in a sentence or two: on the page, in the help and in OpenAPI."""
    order: ClassVar[int]
    """Where it stands among the verbs of its rows."""
    permission: ClassVar[Action]
    """What a user must be allowed."""
    options: ClassVar[Sequence[Option]] = ()
    confirmation: ClassVar[str] = ""
    """What has to be typed, in words: ``the tenant's name``; "" where nothing has to be."""

    @property
    def path(self) -> str:
        """Its name as addresses have it."""
        return self.name.replace("_", "-")

    def subject(self, target: Target) -> str:
        """Return what its job is about: no two active jobs have the same subject."""
        raise NotImplementedError

    def to_type(self, target: Target) -> str:
        """Return the text that confirms it, "" where nothing has to be typed."""
        return ""

    def touched(self, target: Target) -> list[str]:
        """Return a line for each object that is lost by it, to be read before it is confirmed."""
        return []

    def why_not(self, target: Target) -> PumphouseError | None:
        """Return why it cannot be done now, None when it can.

        Pages show it beforehand, ``start`` raises it: a ``Conflict`` while another job is at work
        on the same subject, ``BadInput`` for anything else. Asks no cloud.
        """
        return conflict_over(self.subject(target)) or self.refusal(target)

    def refusal(self, target: Target) -> PumphouseError | None:
        """Return why the row's own state forbids it, None when it does not."""
        return None

    def start(
        self,
        target: Target,
        *,
        requester: Requester = NOBODY,
        confirmation: str = "",
        **given: Any,
    ) -> Job:
        """Start the job that does it. Asks no cloud.

        ``confirmation`` is what a person typed, ``given`` are values of its options. Raises what
        ``why_not`` returns, and ``BadInput`` for another confirmation or an option that cannot be.
        """
        if refused := self.why_not(target):
            raise refused
        self._require_confirmation(target, confirmation)
        return self.launch(target, requester, chosen_values(self.options, given, of=self.title))

    def launch(self, target: Target, requester: Requester, options: Mapping[str, Any]) -> Job:
        """Start the job, once it is known to be possible; ``options`` has a value for each."""
        raise NotImplementedError

    def _require_confirmation(self, target: Target, typed: str) -> None:
        name = self.to_type(target)
        if typed.strip() != name and self.confirmation:
            raise BadInput(
                f"{typed!r} is not {name!r}, so nothing was done.", fix=f"Type {name} to confirm."
            )
