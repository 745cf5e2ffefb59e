"""Who acts on which cloud during a move.

Each identity has one session, hence one token, for the whole run. A user that the plan creates is
impersonated by a temporary password, which is derived and never stored: any worker with the
installation's key can derive it again after a crash.
"""

import base64
import hashlib
import hmac
import threading
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings

from dashboard import secrets
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.ledger import entry_of
from dashboard.migrations_app.models import LedgerEntry, Plan
from dashboard.migrations_app.resources.ownership import can_create

TEMPORARY = "has_temporary_password"
"""The key in a user's stage data: true from its creation until its own password is restored."""


class Identities:
    """The sessions of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.source = connect(plan.source)
        self.destination = connect(plan.destination)
        # by user and project of the destination: both are others after a rollback
        self._actors: dict[tuple[str, str], CloudSession] = {}
        self._lock = threading.Lock()

    def session_as(self, user_id: str, *, project_id: str) -> CloudSession:
        """Return the destination as that user of the source, in the tenant's project.

        It is the operator with a temporary role where the user cannot be impersonated.
        """
        actor = (self._impersonated(user_id), project_id)
        with self._lock:
            if actor not in self._actors:
                self._actors[actor] = self._connect_actor(user_id, *actor)
            return self._actors[actor]

    def can_impersonate(self, user_id: str) -> bool:
        """Return whether the user still has the temporary password, and may create anything.

        A reader may not, although it may own something in the source.
        """
        return bool(self._impersonated(user_id))

    def _impersonated(self, user_id: str) -> str:
        """Return the destination's id of a user that can be impersonated, else an empty text."""
        entry = entry_of(self.plan, "user", user_id)
        can_be = (
            entry
            and user_id in self._writers
            and entry.state == LedgerEntry.State.PRESENT
            and entry.origin == LedgerEntry.Origin.CREATED
            and entry.stage_data.get(TEMPORARY)
        )
        return entry.destination_id if entry and can_be else ""

    @cached_property
    def _writers(self) -> set[str]:
        """The ids of the plan's users whose roles in the tenant let them create something."""
        users = self.plan.items.filter(type="user").values_list("source_id", "fields")
        return {user_id for user_id, fields in users if can_create(fields["role_names"])}

    def _connect_actor(self, user_id: str, impersonated: str, project_id: str) -> CloudSession:
        if not impersonated:
            return self.destination.scoped_to(project_id)
        return self.destination.as_user(
            impersonated,
            password=temporary_password_of(self.plan, user_id),
            project_id=project_id,
        )


def identities_of(plan: Plan) -> Identities:
    """Return the plan's sessions, the same ones in the whole process.

    They are replaced when a configuration file has changed: the operator may have fixed it.
    """
    return _identities(plan.pk, _version(plan.source), _version(plan.destination))


@lru_cache(maxsize=16)
def _identities(plan_id: int, source_version: int, destination_version: int) -> Identities:
    plan = Plan.objects.select_related("source", "destination").get(pk=plan_id)
    return Identities(plan)


def _version(cloud: Cloud) -> int:
    path = Path(cloud.location)
    return path.stat().st_mtime_ns if path.exists() else 0


def temporary_password_of(plan: Plan, user_id: str) -> str:
    """Derive the password by which workers impersonate a user that the plan creates.

    It is long enough, and has all four kinds of characters, for any password rule.
    """
    entry = entry_of(plan, "user", user_id)
    if entry is None:
        raise NeedsOperator(f"User {user_id} is not part of plan {plan.pk}.", fix="Plan again.")
    message = f"ledger entry {entry.pk}: user {user_id} of {plan.source.name}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).digest()
    password = "aA1-" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
    secrets.register(password)
    return password
