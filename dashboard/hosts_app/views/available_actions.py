"""The host actions that the page of a host offers, by section."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from dashboard.hosts_app.forms import HostActionForm
from dashboard.hosts_app.models import Cloud, Host
from dashboard.hosts_app.plans.host_action import HostAction, Section, all_host_actions
from dashboard.jobs.roles import has_permission, minimum_role


@dataclass(frozen=True, kw_only=True)
class AvailableAction:
    """A host action with its form. ``missing_role`` is "" for a user who may start it too."""

    action: HostAction
    form: HostActionForm
    missing_role: str


def available_actions(
    cloud: Cloud, host: Host | None, user: User, *, sent: HostActionForm | None = None
) -> Iterator[tuple[Section, Sequence[AvailableAction]]]:
    """Return what can be planned for a host, by section in their order, without empty sections.

    ``host`` is None for a host that Nova does not know. ``sent`` is a form that was refused
    and is shown again.
    """
    known = sorted(all_host_actions().values(), key=lambda action: action.title)
    fitting = [action for action in known if action.of_computes == bool(host)]
    for section in Section:
        found = [
            AvailableAction(
                action=action,
                form=sent if sent and sent.action is action else HostActionForm(action, cloud),
                missing_role=_missing_role(action, user),
            )
            for action in fitting
            if action.section == section
        ]
        if found:
            yield section, found


def _missing_role(action: HostAction, user: User) -> str:
    permission = action.permission
    return "" if has_permission(user, permission) else minimum_role(permission).group
