"""Waits until older tokens have lost the roles that were revoked.

Keystone knows at once that a role was revoked, but services cache what it told them of a token:
``[keystone_authtoken] token_cache_time``, 300 s by default, which no API tells.
"""

import time
from collections import defaultdict
from collections.abc import Sequence

from dashboard.clients.openstack import CloudSession
from dashboard.clients.temporary_account import TemporaryAccount, temporary_account
from dashboard.errors import NeedsOperator
from dashboard.jobs.kinds import SECONDS, StepContext
from dashboard.migrations_app.maintenance.assignments import Actor
from dashboard.migrations_app.maintenance.recording import Kind, assignment_of
from dashboard.migrations_app.maintenance.write_attempts import Attempt, listed, write_attempts
from dashboard.migrations_app.models import TenantMaintenance

CACHE_SECONDS = 300
LONGEST_SECONDS = 420
CALLS = 4
"""Requests to each service in a row: several processes may answer, each with its own cache."""


def await_old_tokens(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Wait until services refuse a token that has lost the same roles as the tenant's users.

    A temporary account with these roles gets a token now, after everybody else's last, uses it, and
    then loses the roles too: of all tokens, the services cache this one longest.
    """
    role_ids = _roles_of_one(maintenance)
    if role_ids is None:
        context.log("Nobody has lost a role, so there are no tokens to wait for.")
    elif not role_ids:
        _count_down(context)
    else:
        with temporary_account(cloud, maintenance.project_id, role_ids=role_ids) as account:
            _await_refusal(maintenance, account, role_ids, context)


def _roles_of_one(maintenance: TenantMaintenance) -> list[str] | None:
    """Return the ids of the roles that the actor with the most has lost; None if nobody lost any.

    The role admin is not among them: no temporary account may have it, not even for a minute.
    """
    lost: dict[Actor, list[str]] = defaultdict(list)
    for row in maintenance.changes.filter(kind=Kind.REVOKE_ROLE):
        taken = assignment_of(row)
        lost[taken.actor] += [taken.role_id] if taken.role_name != "admin" else []
    return max(lost.values(), key=len) if lost else None


def _count_down(context: StepContext) -> None:
    """Wait for the default cache time: there is no role to try it with."""
    context.log(f"Only admins have lost a role: waiting {CACHE_SECONDS} s.")
    begun = time.monotonic()
    while (elapsed := time.monotonic() - begun) < CACHE_SECONDS:
        context.check()
        context.progress(int(elapsed), CACHE_SECONDS, SECONDS)
        time.sleep(1)


def _await_refusal(
    maintenance: TenantMaintenance,
    account: TemporaryAccount,
    role_ids: Sequence[str],
    context: StepContext,
) -> None:
    token = account.token()
    accepted = _accepted(write_attempts(account.operator, account.project_id), account, token)
    account.give(maintenance.role_id)
    for role_id in role_ids:
        account.take(role_id)
    begun = time.monotonic()
    while accepted := _accepted(accepted, account, token):
        context.check()
        elapsed = time.monotonic() - begun
        if elapsed > LONGEST_SECONDS:
            raise _still_accepted(accepted)
        context.progress(min(int(elapsed), CACHE_SECONDS), CACHE_SECONDS, SECONDS)
        time.sleep(1)
    context.log(f"Older tokens lost their roles after {time.monotonic() - begun:.0f} s.")


def _accepted(attempts: Sequence[Attempt], account: TemporaryAccount, token: str) -> list[Attempt]:
    """Return the attempts that a service accepts at least once in several requests."""
    return [
        attempt
        for attempt in attempts
        if sum(attempt.is_refused(account, token=token) for _ in range(CALLS)) < CALLS
    ]


def _still_accepted(attempts: Sequence[Attempt]) -> NeedsOperator:
    services = listed(dict.fromkeys(each.service for each in attempts))
    return NeedsOperator(
        f"After {LONGEST_SECONDS} s older tokens can still write in {services}.",
        fix="Look up token_cache_time in the configuration of these services, wait that long, "
        "then retry.",
    )
