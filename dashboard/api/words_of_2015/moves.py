"""``POST /tenants/<id>`` and ``POST /servers/<id>``: plan a move, then execute it."""

import re

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from dashboard.api.responses import ACCEPTED, accepted
from dashboard.api.words_of_2015.sides import both_clouds
from dashboard.errors import NotFound
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.requester import by_api
from dashboard.jobs.roles import Action
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.migrating import start_migration
from dashboard.migrations_app.models import Tenant, plan_of
from dashboard.migrations_app.planning.moves import Move, known_tenant
from dashboard.migrations_app.planning.single_objects import SERVERS, SingleObjects

_id = re.compile(r"[0-9a-fA-F-]{1,64}")


class TenantMoveView(ViewSet):
    """A tenant of the source."""

    action_permissions = {"migrate": Action.EXECUTE}

    @extend_schema(operation_id="tenant_migrate_2015", request=None, responses=ACCEPTED)
    def migrate(self, request: Request, project_id: str) -> Response:
        """Plan the move of the tenant, and execute it if nothing blocks the plan.

        The job is that of the plan; its log names the job that follows.
        """
        source, destination = both_clouds()
        move = Move(tenant=_tenant(source, project_id), destination=destination)
        return _accepted(start_migration(move, requester=by_api(request.user)))


class ServerMoveView(ViewSet):
    """A server of the source."""

    action_permissions = {"migrate": Action.EXECUTE}

    @extend_schema(operation_id="server_migrate_2015", request=None, responses=ACCEPTED)
    def migrate(self, request: Request, server_id: str) -> Response:
        """Plan the move of the server with what it needs, and execute it if nothing blocks it."""
        source, destination = both_clouds()
        _require_id(server_id)
        wanted = SingleObjects(resource=SERVERS, ids=[server_id])
        ((project_id, only),) = wanted.chosen(connect(source)).items()
        move = Move(tenant=_tenant(source, project_id), destination=destination)
        return _accepted(start_migration(move, only=only, requester=by_api(request.user)))


def _tenant(source: Cloud, project_id: str) -> Tenant:
    """Return the tenant's row; one that has not been seen yet is looked up on its cloud."""
    try:
        return known_tenant(source, project_id)
    except NotFound:
        return look_up_tenant(source, project_id)


def _require_id(text: str) -> None:
    if not _id.fullmatch(text):
        raise NotFound(f"{text!r} is no id of a server.", fix="See GET /resources.")


def _accepted(job: Job) -> Response:
    return accepted(job, plan=plan_of(job).pk)
