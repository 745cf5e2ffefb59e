"""What somebody can do to a row by a button, a call or a command: a verb is one class.

Pages, API, OpenAPI, command line and permissions are loops over verbs, and an option of a verb is
one object (``dashboard.jobs.options``). So no surface can offer what another one refuses.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from dashboard.errors import PumphouseError
from dashboard.jobs.app_packages import app_packages
from dashboard.jobs.confirmation import require_confirmation
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option, chosen_values
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.roles import Action
from dashboard.jobs.starting import conflict_over
from dashboard.plugins import named_classes

Target = TypeVar("Target")
AnyVerb = TypeVar("AnyVerb", bound="Verb[Any]")


class Verb(Generic[Target]):
    """Something that can be done to a row; it starts a job."""

    name: ClassVar[str]
    """As in addresses, where it has hyphens. The file has this name."""
    title: ClassVar[str]
    """What a button says."""
    effect: ClassVar[str]
    """What it does, in a sentence or two: on the page, in the help and in OpenAPI."""
    order: ClassVar[int]
    """Where it stands among the verbs of its rows."""
    kind: ClassVar[str] = ""
    """The kind of its job, where that is not its name."""
    options: ClassVar[Sequence[Option]] = ()
    command: ClassVar[str] = ""
    """The words of the command line, where they are not its name: ``maintenance on``."""
    page: ClassVar[str] = ""
    """Its path below the page of a row, where that is not its name: ``maintenance/enter``."""
    confirmation: ClassVar[str] = ""
    """What has to be typed, in words: ``the tenant's name``; "" where nothing has to be."""
    page_confirmation: ClassVar[str] = ""
    """What has to be typed on pages alone, where one click would do much: commands are typed."""
    button: ClassVar[str] = ""
    """What the button of the confirmation does to the objects touched: ``Delete`` 12 objects."""
    stay: ClassVar[str] = "Keep everything"
    """What the link beside it says, which leads back."""
    touched_title: ClassVar[str] = "Affected objects"
    """The heading of the list of what it touches."""
    icon: ClassVar[str] = ""
    """The icon of that button."""
    has_own_subject: ClassVar[bool] = False
    """Whether its job may run beside those of the other verbs of the row."""
    shows_job: ClassVar[bool] = True
    """Whether pages go to its job once that has begun; else the row's page shows how it goes on."""
    result: ClassVar[str] = ""
    """What its job fills, to be shown by the command line afterwards: ``findings``; "" for none."""

    @property
    def permission(self) -> Action:
        """What a user must be allowed: what its kind of job takes."""
        return permission_for(self.kind or self.name)

    @property
    def path(self) -> str:
        """Its name as addresses have it."""
        return self.name.replace("_", "-")

    @property
    def page_path(self) -> str:
        """Its path below the page of a row."""
        return self.page or self.path

    @property
    def command_words(self) -> str:
        """The words that call it on the command line."""
        return self.command or self.path

    @property
    def typed_on_pages(self) -> str:
        """What pages ask to be typed, in words, "" where a button starts it."""
        return self.confirmation or self.page_confirmation

    def subject(self, target: Target) -> str:
        """Return what its job is about: no two active jobs have the same subject."""
        raise NotImplementedError

    def to_type(self, target: Target) -> str:
        """Return the text that confirms it, "" where nothing has to be typed."""
        return ""

    def warning(self, target: Target) -> str:
        """Return what is to be read before the list of what it touches."""
        return self.effect

    def touched(self, target: Target) -> list[str]:
        """Return a line for each object that it affects, to be read before it is confirmed."""
        return []

    def applies_to(self, target: Target) -> bool:
        """Return whether the page of a row shows it at all, be it possible now or not."""
        return True

    def is_next(self, target: Target) -> bool:
        """Return whether it is what an operator does next with the row."""
        return False

    def is_success(self, target: Target) -> bool:
        """Return whether what its job has found about the row is good."""
        return True

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
        if self.confirmation:
            require_confirmation(confirmation, expected=self.to_type(target))
        return self.launch(target, requester, chosen_values(self.options, given, of=self.title))

    def launch(self, target: Target, requester: Requester, options: Mapping[str, Any]) -> Job:
        """Start the job, once it is known to be possible; ``options`` has a value for each."""
        raise NotImplementedError


def verbs_of(base: type[AnyVerb]) -> list[AnyVerb]:
    """Return the verbs of a class, of all apps, in their order."""
    found = named_classes(base, *app_packages("verbs"))
    return sorted((verb() for verb in found), key=lambda verb: verb.order)
