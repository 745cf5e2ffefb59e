"""Which users keep their passwords, and which get a one-time one?"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.execution.passwords import can_copy_hashes, hashes_of, is_readable
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, Record


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Check the hashes of the users that are to be created, before anything depends on them."""
    users = {record.id: record.name for record in records if record.type == "user"}
    if not users:
        return
    fix = "The one-time passwords will be in a file that only the operator can read."
    if not can_copy_hashes(source.cloud, destination.cloud):
        yield Finding(
            severity=WARN,
            sentence=f"{_names(users.values())} will get one-time passwords: the Keystone "
            f"databases of {plan.source} and {plan.destination} are not both configured.",
            fix=f"{fix} Add identity.connection to both clouds to migrate the old passwords.",
        )
        return
    hashes = hashes_of(source.cloud, [*users])
    for user_id, name in users.items():
        if user_id not in hashes:
            reason = "has no password in the source's database"
        elif not is_readable(hashes[user_id], destination.cloud):
            reason = "has a password hash that the destination's Keystone cannot read"
        else:
            continue
        sentence = f"User {name} {reason} and will get a one-time password."
        yield Finding(severity=WARN, sentence=sentence, fix=fix)


def _names(names: Iterable[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:5]) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")
