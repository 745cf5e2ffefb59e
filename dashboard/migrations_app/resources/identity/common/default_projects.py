"""Default projects of users who moved before their default project does.

Keystone scopes a login that names no project to the user's default project, if the user has a role
there. A user who comes with another tenant gets it when it moves.
"""

from dataclasses import replace

from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import MIGRATED, Decision, DecisionLookup, Record
from dashboard.migrations_app.resources.work import Work

DEFAULT = "default_project_id"
DEFAULT_OF = "default_of"
"""Of a project's record: the users of the tenant whose default project it is."""
# stage data: the ids of the users on the destination who got it
_GIVEN_TO = "default_given_to"


def default_of(reader: TenantReader) -> list[str]:
    """Return the ids of the tenant's users whose default project the tenant's is."""
    return sorted(id_ for id_ in reader.users if reader.user(id_).get(DEFAULT) == reader.tenant.id)


def with_earlier_users(record: Record, decision: Decision, decision_of: DecisionLookup) -> Decision:
    """Return the decision about a project with those users who moved before, with another one.

    Users of this plan are created with it, and those that were there before are left unchanged.
    """
    of_users = {id_: decision_of("user", id_) for id_ in record.fields.get(DEFAULT_OF, ())}
    earlier = [id_ for id_, found in of_users.items() if found and found.action == MIGRATED]
    if not earlier or decision.action == MIGRATED:
        return decision
    return replace(decision, resolution={**decision.resolution, DEFAULT_OF: earlier})


def give_default_project(work: Work) -> None:
    """Make the project the default of users who moved before and have none there."""
    for id_ in work.resolution.get(DEFAULT_OF, ()):
        user_id = work.destination_id_of("user", id_)
        user = work.destination.find("identity", f"/users/{user_id}", "user")
        if user and not user.get(DEFAULT):
            given = {*work.stage_data.get(_GIVEN_TO, ()), user_id}
            work.save(**{_GIVEN_TO: sorted(given)})
            _set_default(work, user_id, work.destination_id)
            work.log(f"User {user['name']}, who moved before, has it as default project.")


def take_default_project(work: Work) -> None:
    """Undo that, unless a user has another default project since."""
    for user_id in work.stage_data.get(_GIVEN_TO, ()):
        user = work.destination.find("identity", f"/users/{user_id}", "user")
        if user and user.get(DEFAULT) == work.destination_id:
            _set_default(work, user_id, None)
    work.save(**{_GIVEN_TO: []})


def _set_default(work: Work, user_id: str, project_id: str | None) -> None:
    body = {"user": {DEFAULT: project_id}}
    work.destination.patch("identity", f"/users/{user_id}", body)
