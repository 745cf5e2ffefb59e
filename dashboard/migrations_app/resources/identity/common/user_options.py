"""Options of users, such as exemptions from password rules and further factors of a login."""

from typing import TYPE_CHECKING

from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.work import Work

if TYPE_CHECKING:
    from dashboard.migrations_app.resources.identity.common.keystone import KeystoneResource


def set_user_options(work: Work, type_: "KeystoneResource") -> None:
    """Set the user's options one by one: Keystone refuses those that its release does not know."""
    refused = {}
    for name, value in (work.record.fields.get("options") or {}).items():
        try:
            type_.change(work, options={name: value})
        except NeedsOperator as error:
            refused[name] = str(error)
    if refused:
        reasons = " ".join(dict.fromkeys(refused.values()))
        work.lose("options", f"Refused: {', '.join(sorted(refused))}. {reasons}")
