"""``POST /reset``: new test tenants instead of the old ones."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from dashboard.api.responses import ACCEPTED, accepted
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.requester import by_api
from dashboard.migrations_app.resetting import KIND, start_reset


class ResetView(ViewSet):
    """The test tenants of both clouds."""

    action_permissions = {"reset": permission_for(KIND)}

    @extend_schema(operation_id="reset_2015", request=None, responses=ACCEPTED)
    def reset(self, request: Request) -> Response:
        """Delete the test tenants of both clouds, and create others in the source.

        Only where the configuration says ``CLOUDS_RESET``. Touches nothing that neither setup nor a
        move of a test tenant has made.
        """
        return accepted(start_reset(requester=by_api(request.user)))
