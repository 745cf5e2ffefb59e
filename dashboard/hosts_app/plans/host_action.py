"""The contract of what can be done to a host: first a plan that is read, then a job.

A host action is one file in ``actions/`` with a subclass of ``HostAction``. Pages, API and command
line find it there.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from dashboard.errors import BadInput
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.lines import PlanDraft
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action
from dashboard.plugins import named_classes

PACKAGE = "dashboard.hosts_app.actions"
"""Named and not imported: its modules build on this one."""


class Section(StrEnum):
    """The heading under which a host's page offers an action, in the page's order."""

    CLOUD = "Within its cloud"
    DEPARTURE = "Out of its cloud"
    POWER = "Power"


class HostAction:
    """Something that can be done to a host. The first line of its docstring is its help."""

    name: ClassVar[str]
    """The name in addresses and, with hyphens, of the command; also the name of the file. An action
    in a file of another name has no command of its own."""
    title: ClassVar[str]
    """The label of its button: ``Evacuate the host``."""
    section: ClassVar[Section]
    options: ClassVar[Sequence[Option]] = ()
    kind: ClassVar[str] = ""
    """The kind of its job, where that is not its name."""

    of_computes: ClassVar[bool] = True
    """Whether it applies to hosts that Nova knows; if not, the action itself finds the host."""

    def check(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> None:
        """Check what rows alone can tell, before a job is started to plan the action.

        Calls no cloud, since pages and API call it. Raises ``BadInput`` or ``NotFound``.
        """

    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
        """Read the clouds and return what would be done; changes nothing. Raises ``NotFound``."""
        raise NotImplementedError

    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        """Start the job that does what a confirmed plan says.

        Calls no cloud, since pages and API call it.
        """
        raise NotImplementedError

    def to_type(self, plan: HostPlan) -> str:
        """Return what a person types to confirm the plan."""
        return plan.host

    @property
    def permission(self) -> Action:
        """What starting it takes: what its kind of job takes. Planning takes ``Action.PLAN``."""
        return permission_for(self.kind or self.name)

    @property
    def help(self) -> str:
        """What it does, in a sentence."""
        return (type(self).__doc__ or "").partition("\n")[0]


@cache
def all_host_actions() -> dict[str, HostAction]:
    """Return every host action by its name."""
    return {action.name: action() for action in named_classes(HostAction, PACKAGE)}


def host_action_named(name: str) -> HostAction:
    """Return the host action of that name. Raises ``BadInput`` that lists all of them."""
    try:
        return all_host_actions()[name]
    except KeyError:
        known = ", ".join(sorted(all_host_actions()))
        raise BadInput(f"Unknown host action {name!r}.", fix=f"Known: {known}.") from None
