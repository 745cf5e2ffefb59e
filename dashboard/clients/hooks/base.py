"""What a hook is, when it is called, and the contract of a kind of hook. Plain Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import ClassVar, Self

from dashboard.clients.yaml_sections import Section

PREFIX = "PUMPHOUSE_"


class Moment(StrEnum):
    """When a hook is called; what it is about is a tenant, a server or a host."""

    BEFORE_TENANT = "before_tenant"
    AFTER_TENANT = "after_tenant"
    BEFORE_SERVER = "before_server"
    AFTER_SERVER = "after_server"
    BEFORE_ROLLBACK = "before_rollback"
    AFTER_ROLLBACK = "after_rollback"
    BEFORE_HOST = "before_host"
    AFTER_HOST = "after_host"

    @property
    def subject(self) -> str:
        """The key of the fact whose name a hook can be limited to."""
        return {"server": "server", "host": "host"}.get(self.partition("_")[2], "tenant")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back to the one-time address of a call."""

    is_good: bool
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a hook.

    ``id`` stays the same until an outcome is known, however often it is sent; ``facts`` say what it
    is about. ``answer`` is what came to ``answer_url``, None before anything has. ``check`` raises
    ``Cancelled`` once the job was cancelled.
    """

    id: str
    hook: str
    moment: str
    facts: Mapping[str, str]
    seconds: float
    answer_url: str = ""
    answer: Answer | None = None
    check: Callable[[], None] = lambda: None

    def as_json(self) -> dict[str, str]:
        """Return it as what is sent to other programs."""
        return {**self.facts, "call": self.id, "hook": self.hook, "at": self.moment}

    def as_environment(self) -> dict[str, str]:
        """Return it as variables of a command's environment."""
        return {f"{PREFIX}{name.upper()}": value for name, value in self.as_json().items()}


class HookKind:
    """A way to call something. An instance has what the configuration says of one hook.

    Nothing here touches rows. Secrets are registered when they are read, and neither a sentence nor
    a reference shows one.
    """

    name: ClassVar[str]
    """The key under which the configuration has it."""
    needs_address: ClassVar[bool] = False
    """Whether it is useless without the address of the moved server, or one of its own."""
    seconds: ClassVar[int] = 300
    """How long a call may take if the configuration says nothing."""
    pause: ClassVar[float] = 5.0
    """How many seconds pass between two looks at what is not over."""

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return what a section says. Raises ``BadInput`` that names file, line and key."""
        raise NotImplementedError

    def start(self, call: Call) -> str:
        """Do it, or order it; return by what ``is_over`` finds it again, "" if by nothing.

        Raises ``Retryable`` where another try with the same id may help, and ``NeedsOperator`` for
        a failure: the next try is another call then.
        """
        raise NotImplementedError

    def find(self, call: Call) -> str | None:
        """Return the reference of what an earlier attempt has ordered, None if it is to be done.

        Asked after an attempt whose outcome nobody knows: its worker died, or the answer was lost.
        Without it, the hook must itself know calls by their id.
        """
        return None

    def is_over(self, call: Call, reference: str) -> bool:
        """Return whether it has ended well, False while it goes on.

        Raises ``NeedsOperator`` if it failed, and ``Retryable`` if nobody can tell now.
        """
        return True


@dataclass(frozen=True, kw_only=True)
class Hook:
    """One hook of the configuration: when it is called, for what, how, and for how long."""

    name: str
    moment: Moment
    kind: HookKind
    seconds: int
    only: tuple[str, ...] = ()
    cloud: str = ""

    @property
    def is_check(self) -> bool:
        """Whether it asks the moved server itself, which only one that runs answers."""
        return self.moment == Moment.AFTER_SERVER and self.kind.needs_address

    def concerns(self, facts: Mapping[str, str]) -> bool:
        """Return whether it is called for what has these facts."""
        if self.cloud and facts.get("source") != self.cloud:
            return False
        name = facts.get(self.moment.subject, "")
        return not self.only or any(fnmatchcase(name, pattern) for pattern in self.only)
