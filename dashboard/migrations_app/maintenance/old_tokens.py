"""Waits until tokens from before have lost their effect.

Keystone knows of a role that was taken away at once, but services keep what it told them of a token
for a while: ``[keystone_authtoken] token_cache_time``, 300 s by default, which no API tells.
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
from dashboard.migrations_app.maintenance.write_attempts import Attempt, named, write_attempts
from dashboard.migrations_app.models import TenantMaintenance

CACHE_SECONDS = 300
LONGEST_SECONDS = 420
CALLS = 4
"""Requests to each service in a row: several processes may answer, each with its own memory."""


def await_old_tokens(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Wait until services refuse a token that has lost the same roles as the tenant's people.

    An account that holds them gets a token now, after everybody else's last, uses it, and loses
    them like everybody else: what services remember of it, they remember longest.
    """
    role_ids = _roles_of_one(maintenance)
    if role_ids is None:
        context.log("Nobody has lost a role: there are no old tokens to wait for.")
    elif not role_ids:
        _count_down(context)
    else:
        with temporary_account(cloud, maintenance.project_id, role_ids=role_ids) as account:
            _await_refusal(maintenance, account, role_ids, context)


def _roles_of_one(maintenance: TenantMaintenance) -> list[str] | None:
    """Return the ids of the roles that the one with the most has lost; None when nobody lost any.

    Not those of an admin: no account of ours is to be one, not for a minute.
    """
    lost: dict[Actor, list[str]] = defaultdict(list)
    for row in maintenance.changes.filter(kind=Kind.TAKE_ROLE):
        taken = assignment_of(row)
        lost[taken.actor] += [taken.role_id] if taken.role_name != "admin" else []
    return max(lost.values(), key=len) if lost else None


def _count_down(context: StepContext) -> None:
    """Wait as long as services remember by default: there is nothing to try it with."""
    context.log(f"Only admins have lost their role: waiting {CACHE_SECONDS} s.")
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
    accepted = _accepted(write_attempts(account.operator), account, token)
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
    context.log(f"Old tokens have lost their effect after {time.monotonic() - begun:.0f} s.")


def _accepted(attempts: Sequence[Attempt], account: TemporaryAccount, token: str) -> list[Attempt]:
    """Return the attempts that a service lets pass at least once of several times."""
    return [
        attempt
        for attempt in attempts
        if sum(attempt.is_refused(account, token=token) for _ in range(CALLS)) < CALLS
    ]


def _still_accepted(attempts: Sequence[Attempt]) -> NeedsOperator:
    services = named(dict.fromkeys(each.service for each in attempts))
    return NeedsOperator(
        f"After {LONGEST_SECONDS} s tokens from before can still write in {services}.",
        fix="See token_cache_time in the configuration of these services, wait that long, and "
        "retry.",
    )
