"""Which hooks will be called, and can their configuration be read?"""

from collections.abc import Iterable, Sequence

from dashboard.errors import BadInput
from dashboard.hooks.configured import configured_hooks
from dashboard.migrations_app.execution.hook_steps import facts_of
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, INFO, Finding, Record

HOST = "host"


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Yield a note that names the hooks of the move, or what is wrong in the configuration."""
    try:
        hooks = configured_hooks()
    except BadInput as error:
        yield Finding(
            severity=BLOCK, sentence=error.sentence, fix=error.fix or "Correct the configuration."
        )
        return
    facts = facts_of(plan)
    servers = [{**facts, "server": each.name} for each in records if each.type == "server"]
    called = [
        f"{hook.name} ({hook.moment})"
        for hook in hooks
        if hook.moment.subject != HOST and any(map(hook.concerns, [facts, *servers]))
    ]
    if called:
        yield Finding(severity=INFO, sentence=f"Hooks will be called: {', '.join(called)}.")
